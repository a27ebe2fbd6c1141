import type { Weight } from "../ops/weight.js";

/** What an optimizer has kept of its steps. */
export interface OptimizerState {
  readonly steps: number;
  /**
   * For each weight that is trained, its arrays, of the weight's length each: those of the optimizer, in Heddle's order;
   * then the running average, where there is one.
   */
  readonly slots: ReadonlyMap<Weight, readonly Float32Array[]>;
}
