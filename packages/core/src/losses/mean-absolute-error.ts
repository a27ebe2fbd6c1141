import { DifferenceBasedLoss } from "./difference.js";

/**
 * |output − target|, averaged over the output's elements and the batch.
 *
 * @example
 * new MeanAbsoluteError().targets; // values
 */
export class MeanAbsoluteError extends DifferenceBasedLoss {
  readonly className = "MeanAbsoluteError";
  protected readonly kind = "absolute";

  static fromConfig(): MeanAbsoluteError {
    return new MeanAbsoluteError();
  }
}
