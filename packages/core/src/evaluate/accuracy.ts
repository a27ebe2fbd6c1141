import type { Answers } from "./answers.js";

/** The interval in which a true share lies, with a confidence level. */
export interface Interval {
  /** How often such an interval contains the true share: 0.95. */
  readonly level: number;
  readonly low: number;
  readonly high: number;
}

/** The share of correct predictions. */
export interface Accuracy {
  /** 0..1. */
  readonly value: number;
  readonly correct: number;
  /** Wilson's score interval. */
  readonly interval: Interval;
}

/** The 97.5% quantile of the normal distribution, for intervals at 95%. */
const Z = 1.959963984540054;
const LEVEL = 0.95;

/** The share of images whose most probable class is the true one. */
export function accuracy({ images, labels, predicted }: Answers): Accuracy {
  let correct = 0;
  for (let image = 0; image < images; image++) correct += Number(labels[image] === predicted[image]);
  return { value: correct / images, correct, interval: wilsonInterval(correct, images) };
}

/**
 * Wilson's score interval of a share at 95%: within 0..1, and never of zero width, even if all or none succeeded.
 *
 * Wilson, "Probable Inference, the Law of Succession, and Statistical Inference" (JASA 22, 1927).
 *
 * @param successes how many of the trials succeeded, a whole number or not
 * @param trials at least 1
 *
 * @example
 * wilsonInterval(9273, 10000); // { level: 0.95, low: 0.922…, high: 0.932… }
 */
export function wilsonInterval(successes: number, trials: number): Interval {
  const share = successes / trials;
  const z2 = Z * Z;
  const scale = 1 + z2 / trials;
  const centre = (share + z2 / (2 * trials)) / scale;
  const half = (Z / scale) * Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials * trials));
  // Exact ends: rounding would move them off 0 and 1.
  return {
    level: LEVEL,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === trials ? 1 : Math.min(1, centre + half),
  };
}
