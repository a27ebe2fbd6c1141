import { DifferenceBasedLoss } from "./difference.js";

/**
 * (output − target)², averaged over the output's elements and the batch.
 *
 * @example
 * new MeanSquaredError().targets; // values
 */
export class MeanSquaredError extends DifferenceBasedLoss {
  readonly className = "MeanSquaredError";
  protected readonly kind = "squared";

  static fromConfig(): MeanSquaredError {
    return new MeanSquaredError();
  }
}
