import { HeddleError, type MissingParts } from "../base/errors.js";
import {
  anyBoolean,
  checkIgnoredValues,
  checkKnownKeys,
  type IgnoredKeys,
  only,
} from "../base/ignored-keys.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { formatShape, type Shape, wholeNumber } from "../base/shape.js";
import { kindOf, layersOf } from "./keras-form.js";
import { fault } from "./model-fault.js";

/** What Keras writes about an input and Heddle ignores. Images may have any type. */
const INPUT_KEYS: IgnoredKeys = {
  dtype: { expected: "a type", accepts: (value) => typeof value === "string" || isJsonObject(value) },
  trainable: anyBoolean,
  sparse: only(false),
  ragged: only(false),
  optional: only(false),
};

/** The sizes of one sample as the JSON has them: null where they are unknown. */
export type DeclaredShape = readonly (number | null)[];

export function isInput(entry: Json | undefined): boolean {
  return isJsonObject(entry) && entry["class_name"] === "InputLayer";
}

/** The input of a chain: its InputLayer, the shape in its first layer as in Keras 2, or what it was built for. */
export function firstShape(
  who: string,
  first: Json | undefined,
  model: JsonObject,
  missing: MissingParts,
): DeclaredShape {
  const config = isJsonObject(first) && !isInput(first) ? first["config"] : undefined;
  if (isJsonObject(first) && kindOf(first) !== undefined) {
    const [own] = layersOf(config) ?? [];
    return firstShape(who, own, isJsonObject(config) ? config : {}, missing);
  }
  const shape = isJsonObject(config)
    ? (config["batch_input_shape"] ?? model["build_input_shape"])
    : undefined;
  return Array.isArray(shape) ? sizesIn(who, shape) : inputShapeIn(who, first, missing);
}

/** The shape of one sample that an InputLayer declares. */
export function inputShapeIn(who: string, layer: Json | undefined, missing: MissingParts): DeclaredShape {
  const config = isJsonObject(layer) && isInput(layer) ? layer["config"] : undefined;
  const batchShape = isJsonObject(config)
    ? (config["batch_shape"] ?? config["batch_input_shape"])
    : undefined;
  if (!isJsonObject(config) || !Array.isArray(batchShape) || batchShape.length < 2) {
    throw fault(who, "an InputLayer with a batch_shape first", layer);
  }
  const known = ["name", "batch_shape", "batch_input_shape"];
  missing.collect(() => checkIgnoredValues("model", "InputLayer", config, INPUT_KEYS));
  missing.collect(() =>
    checkKnownKeys("InputLayer", Object.keys(config), [...known, ...Object.keys(INPUT_KEYS)]),
  );
  return sizesIn(who, batchShape);
}

/**
 * The shape of a model's input: the declared one, whose unknown sizes the option `inputShape` fills in.
 *
 * @throws HeddleError when a size is unknown and the option is missing, or the option differs from a declared size
 */
export function resolvedShape(who: string, declared: DeclaredShape, inputShape: Shape | undefined): Shape {
  if (inputShape === undefined) {
    if (declared.every((size) => size !== null)) return declared as Shape;
    throw new HeddleError({
      who,
      expected: "an input whose sizes are all known",
      received: `[${["batch", ...declared.map((size) => size ?? "any")].join(", ")}]`,
      next: "Pass the size of the images as the option `inputShape`, such as [224, 224, 3].",
    });
  }
  const fits =
    inputShape.length === declared.length &&
    inputShape.every((size, axis) => (declared[axis] ?? size) === size);
  if (fits) return inputShape;
  throw new HeddleError({
    who,
    expected: `inputShape to fit the model's [${["batch", ...declared.map((size) => size ?? "any")].join(", ")}]`,
    received: formatShape(inputShape),
    next: "Correct `inputShape`: it replaces unknown sizes only.",
  });
}

function sizesIn(who: string, batchShape: readonly Json[]): DeclaredShape {
  return batchShape
    .slice(1)
    .map((size) => (size === null ? null : wholeNumber(who, "each size of batch_shape", size)));
}
