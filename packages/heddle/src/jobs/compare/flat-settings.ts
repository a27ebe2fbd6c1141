import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";

/**
 * A run's settings and its model as names with one value each, so that two runs can be compared: `learningRate`,
 * `augment.rotation`, `model.conv2d.filters`. Layers go by name, not by position: one more layer is one difference, not
 * many.
 */
export function flatSettings({
  recipe,
  model,
  checkpoints,
}: Pick<RunRecord, "recipe" | "model" | "checkpoints">): ReadonlyMap<string, string> {
  // The model is compared as it was built, and the data by its checksums.
  const { heddleRecipe: _, model: __, data: ___, ...settings } = recipe;
  const flat = new Map<string, string>();
  for (const [name, value] of Object.entries({ ...settings, checkpoints })) {
    if (value !== undefined) add(flat, name, value);
  }
  addModel(flat, model);
  return flat;
}

function addModel(flat: Map<string, string>, model: JsonObject): void {
  const { config } = model;
  const layers = isJsonObject(config) ? config["layers"] : undefined;
  if (!Array.isArray(layers)) {
    add(flat, "model", model);
    return;
  }
  const names = layers.map(nameOf);
  flat.set("model.layers", names.join(", "));
  layers.forEach((layer: unknown, index) => {
    add(flat, `model.${names[index]}`, layer);
    const reads = inputsOf(layer);
    if (reads !== "") flat.set(`model.${names[index]}.reads`, reads);
  });
}

/** The layers that a layer of a functional model reads; nothing in a sequential one. */
function inputsOf(layer: unknown): string {
  const calls = isJsonObject(layer) ? (layer["inbound_nodes"] ?? []) : [];
  return [...JSON.stringify(calls).matchAll(/"keras_history":\["([^"]*)"/g)]
    .map(([, name]) => name)
    .join(", ");
}

/** The name of a layer, from where Keras keeps it. */
function nameOf(layer: unknown): string {
  if (!isJsonObject(layer)) return "?";
  const { config, name, class_name: kind } = layer;
  const own = isJsonObject(config) ? config["name"] : undefined;
  return String(own ?? name ?? kind ?? "?");
}

/** An object of Keras's is named by its class, with its options below; other objects and lists by their members. */
function add(flat: Map<string, string>, path: string, value: unknown): void {
  if (!isJsonObject(value)) {
    flat.set(path, isShort(value) ? textOf(value) : JSON.stringify(value));
    return;
  }
  const { class_name: kind, config, ...rest } = value;
  if (typeof kind !== "string") {
    for (const [name, inner] of Object.entries(value)) add(flat, `${path}.${name}`, inner);
    return;
  }
  flat.set(path, kind);
  const options = isJsonObject(config) ? config : rest;
  for (const [name, inner] of Object.entries(options)) {
    if (name !== "name") add(flat, `${path}.${name}`, inner);
  }
}

function isShort(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}

function textOf(value: unknown): string {
  return value === null ? "none" : String(value);
}
