import { HeddleError } from "../base/errors.js";
import { studentTQuantile } from "./student-t.js";

/** A mean with the interval that it is known to. */
export interface MeanInterval {
  /** How many values. */
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the values, `count − 1` in the denominator. */
  readonly deviation: number;
  /** Ends of the confidence interval of the mean. */
  readonly low: number;
  readonly high: number;
}

/**
 * The mean of a few measurements with a confidence interval by Student's t, which is right for few values where each
 * is about normally distributed.
 *
 * @param values at least two
 * @param confidence 0.95 by default
 * @throws HeddleError for fewer than two values
 * @example
 * meanInterval([0.921, 0.925, 0.923]); // mean 0.923, from 0.918 to 0.928
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const count = values.length;
  if (count < 2) {
    throw new HeddleError({
      who: "Confidence interval",
      expected: "at least two values",
      received: String(count),
      next: "Measure with another seed.",
    });
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const reach = (studentTQuantile((1 + confidence) / 2, count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, low: mean - reach, high: mean + reach };
}

/**
 * How much larger `a` is than `b` in the mean, value by value: what both have in common, such as their seed, drops out.
 *
 * @param a at least two values
 * @param b as many, in the same order
 * @param confidence 0.95 by default
 * @throws HeddleError when they do not pair
 * @example
 * pairedDifference([0.92, 0.93], [0.91, 0.915]); // mean 0.0125
 */
export function pairedDifference(
  a: readonly number[],
  b: readonly number[],
  confidence = 0.95,
): MeanInterval {
  if (a.length !== b.length) {
    throw new HeddleError({
      who: "Paired difference",
      expected: "as many values on both sides",
      received: `${a.length} and ${b.length}`,
      next: "Give the values of the same seeds in the same order.",
    });
  }
  return meanInterval(
    a.map((value, index) => value - b[index]!),
    confidence,
  );
}
