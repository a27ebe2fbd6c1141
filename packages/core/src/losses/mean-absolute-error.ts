import type { JsonObject } from "../base/json.js";
import { DifferenceBasedLoss } from "./difference.js";
import { checkedLoss } from "./ignored-keys.js";

/**
 * |output − target|, averaged over the output's elements and the batch.
 *
 * @example
 * new MeanAbsoluteError().targets; // values
 */
export class MeanAbsoluteError extends DifferenceBasedLoss {
  readonly className = "MeanAbsoluteError";
  protected readonly kind = "absolute";

  static fromConfig(config: JsonObject): MeanAbsoluteError {
    return checkedLoss(config, new MeanAbsoluteError());
  }
}
