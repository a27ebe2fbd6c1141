import type { JsonObject } from "../base/json.js";
import { DifferenceBasedLoss } from "./difference.js";
import { checkedLoss } from "./ignored-keys.js";

/**
 * (output − target)², averaged over the output's elements and the batch.
 *
 * @example
 * new MeanSquaredError().targets; // values
 */
export class MeanSquaredError extends DifferenceBasedLoss {
  readonly className = "MeanSquaredError";
  protected readonly kind = "squared";

  static fromConfig(config: JsonObject): MeanSquaredError {
    return checkedLoss(config, new MeanSquaredError());
  }
}
