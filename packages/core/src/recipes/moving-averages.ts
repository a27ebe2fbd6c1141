import type { Json } from "../base/json.js";
import { isJsonObject } from "../base/json.js";

/** What `BatchNormalization` keeps of its moving averages in a step, unless it says otherwise. */
const DEFAULT_MOMENTUM = 0.99;

/** The share of their first values at which moving averages count as those of the data. */
const FORGOTTEN = 1 / 1000;

/**
 * The share that the slowest moving averages of a model keep of their values in each step; undefined for a model without
 * `BatchNormalization`.
 *
 * @param model Keras's JSON, of whichever age
 */
export function slowestMomentum(model: Json | undefined): number | undefined {
  if (Array.isArray(model)) return largest(model.map((one) => slowestMomentum(one)));
  if (!isJsonObject(model)) return undefined;
  const { class_name: name, config } = model;
  if (name === "BatchNormalization") {
    const { momentum, trainable } = isJsonObject(config) ? config : {};
    // A frozen layer's averages stay what they are.
    if (trainable === false) return undefined;
    return typeof momentum === "number" ? momentum : DEFAULT_MOMENTUM;
  }
  return largest(Object.values(model).map((one) => slowestMomentum(one)));
}

/** How many steps moving averages need to forget the values that they begin with. */
export function stepsToForget(momentum: number): number {
  if (momentum <= 0) return 0;
  return momentum < 1 ? Math.ceil(Math.log(FORGOTTEN) / Math.log(momentum)) : Number.POSITIVE_INFINITY;
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((most, value) => Math.max(most, value));
}
