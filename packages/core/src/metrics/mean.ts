import type { Tally } from "./metric.js";
import { shareOf } from "./rows.js";

/**
 * A tally of a mean: `measure` returns the value of the `width` outputs and targets that begin at `first`. Sums in f64,
 * in the order of the samples.
 */
export function meanTally(
  width: number,
  measure: (outputs: Float32Array, targets: Float32Array, first: number) => number,
): Tally {
  let sum = 0;
  let count = 0;
  return {
    add(outputs, targets) {
      for (let first = 0; first < outputs.length; first += width) {
        sum += measure(outputs, targets, first);
        count++;
      }
    },
    result: () => shareOf(sum, count),
  };
}
