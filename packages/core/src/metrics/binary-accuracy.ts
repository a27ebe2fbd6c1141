import { checkOptionsOf } from "../base/known-options.js";
import { fromTo, text } from "../base/rules.js";
import { meanTally } from "./mean.js";
import { Metric, type MetricOptions } from "./metric.js";

/**
 * The share of output elements that say what their target says: 1 above the threshold, else 0.
 *
 * @example
 * new BinaryAccuracy({ threshold: 0.7 }).name; // binaryAccuracy
 */
export class BinaryAccuracy extends Metric {
  readonly className = "BinaryAccuracy";
  readonly threshold: number;

  /** @param options.threshold above which an output says yes, 0 to 1; 0.5 by default */
  constructor(options: MetricOptions & { readonly threshold?: number } = {}) {
    checkOptionsOf(new.target, [BinaryAccuracy], options, { name: text, threshold: fromTo(0, 1) });
    super(options.name ?? "binaryAccuracy");
    this.threshold = options.threshold ?? 0.5;
  }

  begin() {
    return meanTally(1, (outputs, targets, at) =>
      Number(Number(outputs[at]! > this.threshold) === targets[at]),
    );
  }
}
