import { booleanIn, refuseValue, textIn } from "../base/config.js";
import type { Json, JsonObject } from "../base/json.js";
import { type Regularizer, regularizers } from "../regularizers/index.js";
import type { LayerOptions } from "./layer.js";
import type { Size2D } from "./options.js";
import type { Range } from "./range.js";

// How layers read their Keras configurations. Values are checked by the layers' constructors.

/**
 * The options of a configuration that every layer takes.
 *
 * `checkedLayer` refuses what Keras's classes can be asked for and Heddle's cannot.
 */
export function layerOptions(config: JsonObject): LayerOptions {
  const name = textIn(config, "name");
  const activity = config["activity_regularizer"] ?? undefined;
  return {
    ...(name === undefined ? {} : { name }),
    ...(booleanIn(config, "trainable", true) ? {} : { trainable: false }),
    ...(activity === undefined ? {} : { activityRegularizer: activityRegularizerIn(name, activity) }),
  };
}

/** The activity regularizer of a configuration: an object, or a name. */
function activityRegularizerIn(layer: string | undefined, value: Json): Regularizer {
  const who = `${layer === undefined ? "Layer" : `Layer "${layer}"`}, activity_regularizer`;
  return typeof value === "string" ? regularizers.create(who, value) : regularizers.deserialize(who, value);
}

/** A size for both axes; undefined where a configuration does not have one. */
export function sizeIn(config: JsonObject, name: string): Size2D | undefined {
  const value = config[name];
  if (value === undefined || typeof value === "number" || isNumbers(value))
    return value as Size2D | undefined;
  return refuseValue(config, name, "a number or [height, width]", value);
}

/** What a random layer draws from. */
export function rangeIn(config: JsonObject, name: string): number | Range {
  const value = config[name];
  if (value === undefined) return Number.NaN;
  if (typeof value === "number" || isNumbers(value)) return value as number | Range;
  return refuseValue(config, name, "a number or [low, high]", value);
}

function isNumbers(value: Json | undefined): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === "number");
}
