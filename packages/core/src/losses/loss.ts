import type { JsonObject } from "../base/json.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "../ops/emitter.js";
import type { LossOperands } from "../ops/loss.js";

/**
 * What a sample's target is: one class number; a distribution over the classes, `[classes]`; or any values of the
 * output's shape.
 */
export type Targets = "classes" | "distributions" | "values";

/** The values that a loss judges: what goes into its activation, or what the model gives. */
export type LossInputForm = "logits" | "outputs";

/** What training minimises: the mean of the samples' losses over the batch. */
export interface Loss {
  /** Keras's name of the class. */
  readonly className: string;
  readonly targets: Targets;
  /**
   * What turns logits into probabilities. Where the model ends in it, the loss is computed from what comes before it:
   * both together stay exact where the activation alone rounds to 0 or 1. Undefined for losses of plain values.
   */
  readonly activation: "softmax" | "sigmoid" | undefined;
  /** True if the model outputs logits. */
  readonly fromLogits: boolean;
  /** Whether probabilities may come from a model that does not end in `activation`. */
  readonly takesAnyOutputs: boolean;
  /**
   * Emits the loss of each sample, the share of its answers that are right if `operands.correct` is there, and in
   * training the gradient by `x`, which is returned.
   */
  emit(e: Emitter, operands: LossOperands, x: Value, form: LossInputForm): Buffer | undefined;
  getConfig(): JsonObject;
}
