import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Loss } from "../losses/index.js";
import {
  type Metric,
  type MetricName,
  type MetricValues,
  metrics as metricNames,
  type Tally,
} from "../metrics/index.js";
import { toCategorical } from "./samples.js";

/** What is measured in addition to the loss. */
export interface ModelMetrics {
  /** Whether to measure accuracy; that happens where the loss is computed, so in training too. */
  readonly accuracy: boolean;
  /** Measured from the outputs of an evaluation. */
  readonly metrics: readonly Metric[];
}

/**
 * The metrics of a model by their names or as objects. Accuracy is always measured with a loss of classes or of yes and
 * no.
 *
 * @throws HeddleError when two metrics have the same name, or one does not fit the outputs
 */
export function modelMetrics(
  loss: Loss,
  metrics: readonly (Metric | MetricName)[],
  output: Shape,
): ModelMetrics {
  const all = metrics.map((metric) =>
    typeof metric === "string" ? metricNames.create("compile", metric) : metric,
  );
  const others = all.filter((metric) => metric !== "accuracy");
  const names = others.map(({ name }) => name);
  const duplicate = names.find((name, index) => name === "accuracy" || names.indexOf(name) < index);
  if (duplicate !== undefined) {
    throw new HeddleError({
      who: "compile",
      expected: "metrics of different names, none of them called accuracy",
      received: `${JSON.stringify(duplicate)} ${duplicate === "accuracy" ? "for a metric" : "twice"}`,
      next: "Set `name` on one of them.",
    });
  }
  // A metric that makes no sense for the outputs is refused now, not after an epoch.
  for (const metric of others) metric.begin(output);
  return { accuracy: loss.activation !== undefined || others.length < all.length, metrics: others };
}

/** Counts some metrics over the outputs of an evaluation, in the order of the samples. */
export class Tallies {
  private readonly tallies: readonly (readonly [name: string, tally: Tally])[];

  constructor(
    metrics: readonly Metric[],
    private readonly output: Shape,
  ) {
    this.tallies = metrics.map((metric) => [metric.name, metric.begin(output)]);
  }

  /** @param targets of these samples alone: class numbers, or values of the output's shape */
  add(outputs: Float32Array, targets: Int32Array | Float32Array): void {
    const values = targets instanceof Int32Array ? toCategorical(targets, this.output.at(-1)!) : targets;
    for (const [, tally] of this.tallies) tally.add(outputs, values);
  }

  results(): MetricValues {
    return Object.fromEntries(this.tallies.map(([name, tally]) => [name, tally.result()]));
  }
}
