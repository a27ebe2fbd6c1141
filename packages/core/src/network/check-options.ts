import * as layers from "../layers/index.js";
import * as optimizers from "../optimizers/index.js";

const HEDDLES = new Set<unknown>([...Object.values(layers), ...Object.values(optimizers)]);

/**
 * Refuses a misspelt option of one of Heddle's layers and optimizers. What a user's own class does with its options is
 * its own affair: its configuration may not name them all.
 */
export function checkOptions(made: layers.Layer | optimizers.Optimizer): void {
  if (HEDDLES.has(made.constructor)) made.checkOptions();
}
