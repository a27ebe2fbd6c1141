import { checkOptionsOf } from "../base/known-options.js";
import { text } from "../base/rules.js";
import { meanTally } from "./mean.js";
import { Metric, type MetricOptions } from "./metric.js";

/**
 * |output − target|, averaged over all elements of all samples. The loss `MeanAbsoluteError` measures the same.
 *
 * @example
 * new MeanAbsoluteErrorMetric().name; // meanAbsoluteError
 */
export class MeanAbsoluteErrorMetric extends Metric {
  readonly className = "MeanAbsoluteError";

  constructor(options: MetricOptions = {}) {
    checkOptionsOf(new.target, [MeanAbsoluteErrorMetric], options, { name: text });
    super(options.name ?? "meanAbsoluteError");
  }

  begin() {
    return meanTally(1, (outputs, targets, at) => Math.abs(outputs[at]! - targets[at]!));
  }
}
