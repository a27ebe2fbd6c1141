import { checkOptionsOf } from "../base/known-options.js";
import { fromTo, oneOf, text } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import { Metric, type MetricOptions, type Tally } from "./metric.js";
import { largestAt } from "./rows.js";

const averages = ["macro", "micro", "weighted"] as const;

/** Keras's, which keeps its divisions from 0. */
const EPSILON = 1e-7;

/**
 * The harmonic mean of precision and recall.
 *
 * @example
 * new F1Score({ average: "weighted" }).name; // f1Score
 */
export class F1Score extends Metric {
  readonly className = "F1Score";
  readonly average: (typeof averages)[number];
  readonly threshold: number | undefined;

  /**
   * @param options.average `"macro"`, the mean over the classes (the default); `"weighted"` by how often each class
   *   comes; `"micro"` counts all classes together
   * @param options.threshold above which an output says yes, 0 to 1; by default the largest output says yes alone
   * @throws HeddleError for other averages or thresholds
   */
  constructor(
    options: MetricOptions & {
      readonly average?: (typeof averages)[number];
      readonly threshold?: number;
    } = {},
  ) {
    checkOptionsOf(new.target, [F1Score], options, {
      name: text,
      average: oneOf(...averages),
      threshold: fromTo(0, 1),
    });
    super(options.name ?? "f1Score");
    this.average = options.average ?? "macro";
    this.threshold = options.threshold;
  }

  begin(output: Shape): Tally {
    const K = output.at(-1) ?? 1;
    const { average, threshold } = this;
    const right = new Float64Array(K);
    const said = new Float64Array(K);
    const wanted = new Float64Array(K);
    return {
      add(outputs, targets) {
        for (let first = 0; first < outputs.length; first += K) {
          const top = outputs[first + largestAt(outputs, first, K)]!;
          for (let k = 0; k < K; k++) {
            const value = outputs[first + k]!;
            const target = targets[first + k]!;
            // A row of zeros says nothing.
            const yes = threshold === undefined ? value >= top && Math.abs(value) > 1e-9 : value > threshold;
            wanted[k]! += target;
            if (!yes) continue;
            said[k]! += 1;
            right[k]! += target;
          }
        }
      },
      result() {
        if (average === "micro") return score(sum(right), sum(said), sum(wanted));
        const all = sum(wanted);
        let total = 0;
        for (let k = 0; k < K; k++) {
          const weight = average === "macro" ? 1 / K : wanted[k]! / (all + EPSILON);
          total += weight * score(right[k]!, said[k]!, wanted[k]!);
        }
        return total;
      },
    };
  }
}

function score(right: number, said: number, wanted: number): number {
  const precision = right / (said + EPSILON);
  const recall = right / (wanted + EPSILON);
  return (2 * precision * recall) / (precision + recall + EPSILON);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
