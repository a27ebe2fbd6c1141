import { HeddleError } from "../base/errors.js";
import { studentTQuantile } from "./student-t.js";

/** A mean with its confidence interval. */
export interface MeanInterval {
  /** The number of values. */
  readonly count: number;
  readonly mean: number;
  /** Standard deviation of the values, with `count − 1` in the denominator. */
  readonly deviation: number;
  /** Lower end of the confidence interval. */
  readonly low: number;
  /** Upper end of the confidence interval. */
  readonly high: number;
}

/**
 * The mean of a few measurements with a confidence interval by Student's t, which is valid for few values if they are
 * about normally distributed.
 *
 * @param values at least two
 * @param confidence 0.95 by default
 * @throws HeddleError for fewer than two values
 *
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
      next: "Measure with at least one more seed.",
    });
  }
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (count - 1));
  const reach = (studentTQuantile((1 + confidence) / 2, count - 1) * deviation) / Math.sqrt(count);
  return { count, mean, deviation, low: mean - reach, high: mean + reach };
}

/**
 * The mean of a few shares, such as accuracies, with the interval of {@link meanInterval} cut at 0 and 1: near them
 * Student's t reaches beyond.
 *
 * @param shares at least two, each 0..1
 * @param confidence 0.95 by default
 * @throws HeddleError for fewer than two values
 *
 * @example
 * meanShare([0.97, 1]); // mean 0.985, from 0.794 to 1
 */
export function meanShare(shares: readonly number[], confidence = 0.95): MeanInterval {
  const interval = meanInterval(shares, confidence);
  return { ...interval, low: Math.max(0, interval.low), high: Math.min(1, interval.high) };
}

/**
 * The mean difference of paired values, `a` minus `b`: what a pair has in common, such as its seed, cancels out.
 *
 * @param a at least two values
 * @param b as many, in the same order
 * @param confidence 0.95 by default
 * @throws HeddleError when their numbers differ
 *
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
      expected: "the same number of values on both sides",
      received: `${a.length} and ${b.length}`,
      next: "Pass the values of the same seeds in the same order.",
    });
  }
  return meanInterval(
    a.map((value, index) => value - b[index]!),
    confidence,
  );
}
