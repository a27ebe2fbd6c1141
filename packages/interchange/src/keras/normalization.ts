import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";
import type { ArchivedLayer } from "./archived-layers.js";
import type { Variables } from "./variables.js";

/**
 * A model's JSON in which each adapted Normalization has its statistics, which Keras keeps as variables, as mean and
 * variance of its configuration; and the variables that this used.
 */
export async function withStatistics(
  json: JsonObject,
  layers: readonly ArchivedLayer[],
  variables: Variables,
): Promise<{ readonly json: JsonObject; readonly used: readonly string[] }> {
  const used: string[] = [];
  const changed = new Map<Json, JsonObject>();
  for (const { className, config, group } of layers) {
    const paths = [0, 1, 2].map((number) => `${group}/vars/${number}`);
    const [mean, variance] = paths.map((path) => variables.get(path));
    // One whose statistics are in its configuration has no variables.
    if (className !== "Normalization" || config["mean"] != null || !mean || !variance) continue;
    changed.set(config, {
      ...config,
      mean: valuesOf(await mean.floats(), mean.shape),
      variance: valuesOf(await variance.floats(), variance.shape),
    });
    used.push(...paths);
  }
  return { json: replaced(json, changed) as JsonObject, used };
}

function valuesOf(values: Float32Array, shape: readonly number[]): Json {
  return shape.length === 0 ? values[0]! : [...values];
}

/** A value with some of the objects in it exchanged. */
function replaced(value: Json, changed: ReadonlyMap<Json, JsonObject>): Json {
  const other = changed.get(value);
  if (other) return other;
  if (Array.isArray(value)) return value.map((item: Json) => replaced(item, changed));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replaced(item, changed)]));
}
