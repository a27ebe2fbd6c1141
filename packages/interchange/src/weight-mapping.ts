import { HeddleError } from "@heddle/core";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";

/** A tensor of the file, and how its axes become those of a weight. */
export interface MappedTensor {
  readonly tensor: string;
  /**
   * For each axis of the weight, the axis of the tensor: `[2, 3, 1, 0]` for PyTorch's kernels.
   *
   * @defaultValue the same order
   */
  readonly transpose?: readonly number[];
}

/**
 * Which tensors of another program's file are a model's weights; by default those of the same names. As a file it is JSON.
 *
 * @example
 * { layers: { conv2d: "features.0", dense: "classifier.1" }, ignore: ["aux.*"] }
 */
export interface WeightMapping {
  /**
   * Layers by their names, with the names of PyTorch's modules: `"features.0"` for `features.0.weight` and
   * `features.0.bias`. A `SeparableConv2D` is two of them, `{ "depthwise": "a.0", "pointwise": "a.1" }`.
   */
  readonly layers?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** Single weights by their names, `dense/kernel`, with the names of tensors, whose axes are in the same order, or with their axes. */
  readonly weights?: Readonly<Record<string, string | MappedTensor>>;
  /** Tensors that no weight takes; `*` stands for anything. */
  readonly ignore?: readonly string[];
  /**
   * Where the channels of a flattened image are: first in PyTorch, unless the model has permuted them.
   *
   * @defaultValue `"channels_first"`
   */
  readonly flattened?: "channels_first" | "channels_last";
}

const KEYS = ["layers", "weights", "ignore", "flattened"];

/**
 * Checks a mapping, such as one from a file.
 *
 * @throws HeddleError when it is none
 */
export function checkMapping(who: string, value: unknown): WeightMapping {
  const fault = (expected: string, received: unknown) =>
    new HeddleError({
      who,
      expected,
      received: JSON.stringify(received)?.slice(0, 80) ?? "nothing",
      next: "docs/interchange.md describes mappings.",
    });
  if (!isJsonObject(value)) throw fault("an object with layers, weights, ignore", value);
  const unknown = Object.keys(value).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw fault(`the keys ${KEYS.join(", ")}`, unknown);
  const { layers = {}, weights = {}, ignore = [], flattened = "channels_first" } = value;
  if (!isJsonObject(layers) || !Object.values(layers).every((one) => isText(one) || isTexts(one))) {
    throw fault("layers with the names of modules", layers);
  }
  if (!isJsonObject(weights) || !Object.values(weights).every((one) => isText(one) || isMapped(one))) {
    throw fault("weights with the names of tensors, or { tensor, transpose }", weights);
  }
  if (!Array.isArray(ignore) || !ignore.every(isText)) throw fault("ignore as a list of names", ignore);
  if (flattened !== "channels_first" && flattened !== "channels_last") {
    throw fault('flattened "channels_first" or "channels_last"', flattened);
  }
  return value as WeightMapping;
}

function isText(value: Json): value is string {
  return typeof value === "string";
}

function isTexts(value: Json): boolean {
  return isJsonObject(value) && Object.values(value).every(isText);
}

function isMapped(value: Json): boolean {
  if (!isJsonObject(value) || !isText(value["tensor"] ?? null)) return false;
  const { transpose, ...rest } = value as JsonObject;
  if (Object.keys(rest).length > 1) return false;
  if (transpose === undefined) return true;
  return Array.isArray(transpose) && [...transpose].sort().every((axis, place) => axis === place);
}
