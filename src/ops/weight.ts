import type { Shape } from "../base/shape.js";

/** Penalties on a weight's size, added to the loss: l1 · Σ|w| + l2 · Σw². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** A trained array of a layer. Between runs its numbers are here; during a run the engine works on a copy. */
export interface Weight {
  /** `layer/kernel`; unique within a model. */
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array<ArrayBuffer>;
  readonly trainable: boolean;
  readonly penalty?: Penalty | undefined;
}
