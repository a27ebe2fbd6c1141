import type { MetricValues } from "../metrics/index.js";

/** What one epoch of `fit` measured: a row of `history.csv`, a point of each curve. */
export interface EpochLogs {
  /** Counted from 1. */
  readonly epoch: number;
  /** Mean training loss while the epoch ran, dropout on, penalties included (as Keras prints it). */
  readonly loss: number;
  /** Training accuracy while the epoch ran, 0..1; NaN where accuracy is not measured. */
  readonly accuracy: number;
  /** Loss and accuracy on the validation data after the epoch, dropout off; absent without such data. */
  readonly valLoss?: number;
  readonly valAccuracy?: number;
  /** The metrics of `compile` on the validation data, by their names; absent without such data or metrics. */
  readonly valMetrics?: MetricValues;
  /** Learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Wall time of the training part of the epoch, without validation. */
  readonly seconds: number;
  /** Training images a second over the epoch, without validation. */
  readonly imagesPerSecond: number;
}

/** Everything that `fit` returns: a row for each epoch, in order. */
export interface History {
  readonly epochs: readonly EpochLogs[];
}
