import type { Shape } from "../base/shape.js";
import type { Slice } from "../engine/program-builder.js";
import type { KernelCall } from "./emitter.js";

/** Penalties on a weight's size, added to the loss: l1 · Σ|w| + l2 · Σw². */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/** What a weight is held to after each update. */
export interface Projection {
  /** The kernel call that brings a weight where it must be. */
  project(w: Slice, shape: Shape): KernelCall;
}

/** A trained array of a layer. Between runs its numbers are here; during a run the engine works on a copy. */
export interface Weight {
  /** `layer/kernel`; unique within a model. */
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array<ArrayBuffer>;
  /** False while its layer is frozen, and for what no gradient changes. A session goes by what it was when it opened. */
  readonly trainable: boolean;
  readonly penalty?: Penalty | undefined;
  readonly constraint?: Projection | undefined;
}
