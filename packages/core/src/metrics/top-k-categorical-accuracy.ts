import { HeddleError } from "../base/errors.js";
import { checkOptionsOf } from "../base/known-options.js";
import { text, whole } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { meanTally } from "./mean.js";
import { Metric, type MetricOptions } from "./metric.js";
import { classesOf } from "./options.js";
import { largestAt } from "./rows.js";

/**
 * The share of samples whose class is among the k likeliest: fewer than k classes have a larger output than it.
 *
 * @example
 * new TopKCategoricalAccuracy({ k: 3 }).name; // topKCategoricalAccuracy
 */
export class TopKCategoricalAccuracy extends Metric {
  readonly className = "TopKCategoricalAccuracy";
  readonly k: number;

  /**
   * @param options.k how many classes to look at; 5 by default
   * @throws HeddleError when k is not a whole number of at least 1, and later when there are fewer classes than k
   */
  constructor(options: MetricOptions & { readonly k?: number } = {}) {
    checkOptionsOf(new.target, [TopKCategoricalAccuracy], options, { name: text, k: whole(1) });
    super(options.name ?? "topKCategoricalAccuracy");
    this.k = options.k ?? 5;
  }

  begin(output: Shape) {
    const K = classesOf("TopKCategoricalAccuracy", output);
    if (this.k > K) {
      throw new HeddleError({
        who: "TopKCategoricalAccuracy",
        expected: `k to be at most the number of classes, ${K}`,
        received: String(this.k),
        next: "Choose a smaller k.",
      });
    }
    return meanTally(K, (outputs, targets, first) => {
      const wanted = outputs[first + largestAt(targets, first, K)]!;
      let larger = 0;
      for (let k = 0; k < K; k++) if (outputs[first + k]! > wanted) larger++;
      return Number(Number.isFinite(wanted) && larger < this.k);
    });
  }
}
