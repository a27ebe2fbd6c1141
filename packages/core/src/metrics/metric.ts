import type { Shape } from "../base/shape.js";

/** A number, or a table of them such as a confusion matrix. */
export type MetricValue = number | readonly (readonly number[])[];

/** Values by the metrics' names. */
export type MetricValues = Readonly<Record<string, MetricValue>>;

export interface MetricOptions {
  /**
   * What the value is called in logs and results.
   *
   * @defaultValue the class's name in camelCase
   */
  readonly name?: string;
}

/** A count in progress: samples go in, in their order, and a value comes out. */
export interface Tally {
  /**
   * Counts some samples.
   *
   * @param outputs `[n, …output]`: the model's outputs, as probabilities where the loss takes logits
   * @param targets `[n, …output]`: the expected outputs; one-hot rows where the labels are class numbers
   */
  add(outputs: Float32Array, targets: Float32Array): void;
  result(): MetricValue;
}

/** Measures how good a model is, in addition to its loss. It only holds options: each evaluation counts in its own tally. */
export abstract class Metric {
  /** Keras's name of the class. */
  abstract readonly className: string;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /**
   * Starts a count for a model's outputs.
   *
   * @param output sizes of one sample's output
   * @throws HeddleError when the metric makes no sense for them
   */
  abstract begin(output: Shape): Tally;
}
