import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Loss } from "../losses/index.js";
import { type Metric, type MetricValues, metrics as metricNames, type Tally } from "../metrics/index.js";
import { toCategorical } from "./samples.js";

/** What to measure beside the loss. */
export interface Measures {
  /** Whether to measure accuracy: where the loss is computed, in training too. */
  readonly accuracy: boolean;
  /** Measured from the outputs of an evaluation. */
  readonly metrics: readonly Metric[];
}

/** Metrics and names of them; accuracy is always measured where the loss is one of classes or of yes and no. */
export function measuresOf(loss: Loss, wanted: readonly (Metric | string)[], output: Shape): Measures {
  const all = wanted.map((metric) =>
    typeof metric === "string" ? metricNames.create("compile", metric) : metric,
  );
  const metrics = all.filter((metric) => metric !== "accuracy");
  const names = metrics.map(({ name }) => name);
  const twice = names.find((name, index) => name === "accuracy" || names.indexOf(name) < index);
  if (twice !== undefined) {
    throw new HeddleError({
      who: "compile",
      expected: "metrics of different names, none of them called accuracy",
      received: `${JSON.stringify(twice)} ${twice === "accuracy" ? "for a metric" : "twice"}`,
      next: "Give one of them the option name.",
    });
  }
  // A metric that makes no sense for the outputs is refused now, not after an epoch.
  for (const metric of metrics) metric.begin(output);
  return { accuracy: loss.activation !== undefined || metrics.length < all.length, metrics };
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

  /** @param targets class numbers, or values of the output's shape: of these samples alone */
  add(outputs: Float32Array, targets: Int32Array | Float32Array): void {
    const values = targets instanceof Int32Array ? toCategorical(targets, this.output.at(-1)!) : targets;
    for (const [, tally] of this.tallies) tally.add(outputs, values);
  }

  results(): MetricValues {
    return Object.fromEntries(this.tallies.map(([name, tally]) => [name, tally.result()]));
  }
}
