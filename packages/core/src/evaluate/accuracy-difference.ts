import type { Interval } from "./accuracy.js";
import type { McNemar } from "./mcnemar.js";

/** How much more of the same images one classifier names right than another. */
export interface AccuracyDifference {
  /** The second's accuracy minus the first's, −1..1. */
  readonly value: number;
  readonly interval: Interval;
}

/** The 97.5% quantile of the normal distribution, for intervals at 95%. */
const Z = 1.959963984540054;
const LEVEL = 0.95;

/**
 * The difference of two accuracies on the same images with its interval at 95%: Wald's, after half an image has been added to
 * each of the four counts, so that it also holds for few images and has a width where the answers are the same.
 *
 * Agresti and Min, "Simple Improved Confidence Intervals for Comparing Matched Proportions" (Statistics in Medicine 24,
 * 2005).
 *
 * @example
 * accuracyDifference(mcnemarTest(first, second)); // { value: 0.012, interval: { low: 0.004…, high: 0.019… } }
 */
export function accuracyDifference({
  bothRight,
  onlyFirstRight,
  onlySecondRight,
  bothWrong,
}: Pick<McNemar, "bothRight" | "onlyFirstRight" | "onlySecondRight" | "bothWrong">): AccuracyDifference {
  const images = bothRight + onlyFirstRight + onlySecondRight + bothWrong;
  const gain = onlySecondRight - onlyFirstRight;
  const counted = images + 2;
  const centre = gain / counted;
  const differing = onlyFirstRight + onlySecondRight + 1;
  const half = (Z * Math.sqrt(differing - (gain * gain) / counted)) / counted;
  return {
    value: gain / images,
    interval: { level: LEVEL, low: Math.max(-1, centre - half), high: Math.min(1, centre + half) },
  };
}
