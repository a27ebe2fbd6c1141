import { checkOptionsOf } from "../base/known-options.js";
import { text } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { meanTally } from "./mean.js";
import { Metric, type MetricOptions } from "./metric.js";
import { classesOf } from "./options.js";
import { largestAt } from "./rows.js";

/**
 * The share of samples whose largest output, the first of equals, is where their largest target is.
 *
 * @example
 * new CategoricalAccuracy().name; // categoricalAccuracy
 */
export class CategoricalAccuracy extends Metric {
  readonly className = "CategoricalAccuracy";

  constructor(options: MetricOptions = {}) {
    checkOptionsOf(new.target, [CategoricalAccuracy], options, { name: text });
    super(options.name ?? "categoricalAccuracy");
  }

  begin(output: Shape) {
    const K = classesOf("CategoricalAccuracy", output);
    return meanTally(K, (outputs, targets, first) =>
      Number(largestAt(outputs, first, K) === largestAt(targets, first, K)),
    );
  }
}
