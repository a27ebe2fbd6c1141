import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { emitAccuracy } from "../ops/accuracy.js";
import { emitBinaryCrossEntropy } from "../ops/binary-cross-entropy.js";
import type { Emitter, Value } from "../ops/emitter.js";
import type { LossOperands } from "../ops/loss.js";
import { checkedLoss } from "./ignored-keys.js";
import type { Loss, LossInputForm } from "./loss.js";
import { CROSSENTROPY_RULES, crossentropyOptionsIn } from "./options.js";

export interface BinaryCrossentropyOptions {
  /**
   * True when the model's last layer outputs logits, false when it outputs probabilities.
   *
   * @defaultValue `false`
   */
  readonly fromLogits?: boolean;
  /**
   * Share of each target that is moved to ½, 0..1.
   *
   * @defaultValue `0`
   */
  readonly labelSmoothing?: number;
}

/**
 * −t · ln p − (1 − t) · ln(1 − p), averaged over the output's elements and the batch; targets t from 0 to 1, of the
 * output's shape. For answers of yes or no, for several labels at once, for autoencoders.
 *
 * @example
 * const loss = new BinaryCrossentropy({ labelSmoothing: 0.1 });
 * loss.activation; // sigmoid
 */
export class BinaryCrossentropy implements Loss {
  readonly className = "BinaryCrossentropy";
  readonly targets = "values";
  readonly activation = "sigmoid";
  readonly takesAnyOutputs = true;
  readonly fromLogits: boolean;
  readonly labelSmoothing: number;

  /** @throws HeddleError when labelSmoothing is not from 0 to 1 */
  constructor(options: BinaryCrossentropyOptions = {}) {
    checkOptionsOf(new.target, [BinaryCrossentropy], options, CROSSENTROPY_RULES);
    this.fromLogits = options.fromLogits ?? false;
    this.labelSmoothing = options.labelSmoothing ?? 0;
  }

  static fromConfig(config: JsonObject): BinaryCrossentropy {
    return checkedLoss(config, new BinaryCrossentropy(crossentropyOptionsIn(config)));
  }

  emit(e: Emitter, operands: LossOperands, x: Value, form: LossInputForm) {
    const { target, correct } = operands;
    const logits = form === "logits";
    // A logit of 0 is a probability of ½.
    if (correct) emitAccuracy(e, { target, correct, threshold: logits ? 0 : 0.5 }, x);
    return emitBinaryCrossEntropy(e, operands, { smoothing: this.labelSmoothing, logits }, x);
  }

  getConfig() {
    return { from_logits: this.fromLogits, label_smoothing: this.labelSmoothing };
  }
}
