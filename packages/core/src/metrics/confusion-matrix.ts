import { checkOptionsOf } from "../base/known-options.js";
import { text } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { Metric, type MetricOptions, type Tally } from "./metric.js";
import { largestAt } from "./rows.js";

/**
 * How often each class (row) was taken for each (column): the largest output, the first of equals, is the answer. A
 * single output says yes above ½: row and column 1.
 *
 * @example
 * const { metrics } = await model.evaluate(data.test);
 * metrics.confusionMatrix; // [[871, 0, 12, …], …]
 */
export class ConfusionMatrix extends Metric {
  readonly className = "ConfusionMatrix";

  constructor(options: MetricOptions = {}) {
    checkOptionsOf(new.target, [ConfusionMatrix], options, { name: text });
    super(options.name ?? "confusionMatrix");
  }

  begin(output: Shape): Tally {
    const K = output.at(-1) ?? 1;
    const classes = Math.max(2, K);
    const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
    const answer = (values: Float32Array, first: number) =>
      K === 1 ? Number(values[first]! > 0.5) : largestAt(values, first, K);
    return {
      add(outputs, targets) {
        for (let first = 0; first < outputs.length; first += K) {
          table[answer(targets, first)]![answer(outputs, first)]! += 1;
        }
      },
      result: () => table,
    };
  }
}
