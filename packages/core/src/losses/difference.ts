import type { JsonObject } from "../base/json.js";
import { emitAccuracy } from "../ops/accuracy.js";
import { type DifferenceLoss, emitDifferenceLoss } from "../ops/difference-loss.js";
import type { Emitter, Value } from "../ops/emitter.js";
import type { LossOperands } from "../ops/loss.js";
import type { Loss } from "./loss.js";

/** A loss of the difference between output and target; targets have the output's shape. */
export abstract class DifferenceBasedLoss implements Loss {
  abstract readonly className: string;
  readonly targets = "values";
  readonly activation = undefined;
  readonly takesAnyOutputs = true;
  readonly fromLogits = false;
  protected abstract readonly kind: DifferenceLoss;
  /** Where Huber's function turns linear. */
  readonly delta: number = 1;

  emit(e: Emitter, operands: LossOperands, x: Value) {
    const { target, correct } = operands;
    if (correct) emitAccuracy(e, { target, correct, threshold: 0.5 }, x);
    return emitDifferenceLoss(e, operands, { kind: this.kind, delta: this.delta }, x);
  }

  getConfig(): JsonObject {
    return {};
  }
}
