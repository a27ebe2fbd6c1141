import { HeddleError } from "../base/errors.js";
import type { Answers } from "./answers.js";
import { complementaryErrorFunction } from "./error-function.js";

/** Whether two classifiers differ, judged by the images that only one of them gets right. */
export interface McNemar {
  /** Images that both get right. */
  readonly bothRight: number;
  /** Images that only the first gets right. */
  readonly onlyFirstRight: number;
  /** Images that only the second gets right. */
  readonly onlySecondRight: number;
  /** Images that neither gets right. */
  readonly bothWrong: number;
  /** `exact binomial` for fewer than 25 images on which they differ. */
  readonly method: "exact binomial" | "chi-square with continuity correction";
  /** χ² with one degree of freedom; `null` for the exact test. */
  readonly statistic: number | null;
  /** Two-sided: how often two equally good classifiers differ at least this much by chance. */
  readonly pValue: number;
}

/** From this number on, the χ² distribution approximates the binomial one well. */
const FEWEST_FOR_CHI_SQUARE = 25;

/**
 * McNemar's test between two classifiers on the same images.
 *
 * McNemar, "Note on the Sampling Error of the Difference Between Correlated Proportions or Percentages" (Psychometrika
 * 12, 1947); the correction is Edwards's (Psychometrika 13, 1948).
 *
 * @throws HeddleError when their labels differ
 */
export function mcnemarTest(first: Answers, second: Answers): McNemar {
  if (first.images !== second.images || first.labels.some((label, at) => label !== second.labels[at])) {
    throw new HeddleError({
      who: "McNemar's test",
      expected: "two predictions of the same images",
      received: `${first.images} and ${second.images} images, or different labels`,
      next: "Predict the same set with both models.",
    });
  }
  const counts = [0, 0, 0, 0];
  for (let image = 0; image < first.images; image++) {
    const truth = first.labels[image];
    const wrong = Number(first.predicted[image] !== truth) + 2 * Number(second.predicted[image] !== truth);
    counts[wrong]! += 1;
  }
  const [bothRight, onlySecondRight, onlyFirstRight, bothWrong] = counts as [number, number, number, number];
  const verdict = discordantTest(onlyFirstRight, onlySecondRight);
  return { bothRight, onlyFirstRight, onlySecondRight, bothWrong, ...verdict };
}

/** The test on the two counts of images that only one classifier gets right. */
export function discordantTest(
  first: number,
  second: number,
): Pick<McNemar, "method" | "statistic" | "pValue"> {
  const differing = first + second;
  if (differing < FEWEST_FOR_CHI_SQUARE) {
    const pValue = binomialTwoSided(Math.min(first, second), differing);
    return { method: "exact binomial", statistic: null, pValue };
  }
  const statistic = Math.max(0, Math.abs(first - second) - 1) ** 2 / differing;
  const pValue = complementaryErrorFunction(Math.sqrt(statistic / 2));
  return { method: "chi-square with continuity correction", statistic, pValue };
}

/** How often a fair coin, tossed `trials` times, shows either side at most `fewest` times. */
function binomialTwoSided(fewest: number, trials: number): number {
  // Whole numbers below 2^25: exact.
  let ways = 1;
  let sum = 1;
  for (let tails = 1; tails <= fewest; tails++) {
    ways = (ways * (trials - tails + 1)) / tails;
    sum += ways;
  }
  return Math.min(1, (2 * sum) / 2 ** trials);
}
