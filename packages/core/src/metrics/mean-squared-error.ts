import { checkOptionsOf } from "../base/known-options.js";
import { text } from "../base/rules.js";
import { meanTally } from "./mean.js";
import { Metric, type MetricOptions } from "./metric.js";

/**
 * (output − target)², averaged over all elements of all samples. The loss `MeanSquaredError` measures the same.
 *
 * @example
 * new MeanSquaredErrorMetric().name; // meanSquaredError
 */
export class MeanSquaredErrorMetric extends Metric {
  readonly className = "MeanSquaredError";

  constructor(options: MetricOptions = {}) {
    checkOptionsOf(new.target, [MeanSquaredErrorMetric], options, { name: text });
    super(options.name ?? "meanSquaredError");
  }

  begin() {
    return meanTally(1, (outputs, targets, at) => {
      const difference = outputs[at]! - targets[at]!;
      return difference * difference;
    });
  }
}
