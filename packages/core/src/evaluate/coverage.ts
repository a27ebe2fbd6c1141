import type { Answers } from "./answers.js";

/** The accuracy of a model that abstains below a confidence. */
export interface CoveragePoint {
  /** The share of the images with a prediction, 0..1. */
  readonly coverage: number;
  /** The lowest confidence of a prediction. */
  readonly threshold: number;
  /** The share of these predictions that is correct, 0..1. */
  readonly accuracy: number;
}

/**
 * Accuracy against coverage, from the most confident predictions to all of them. Images of equal confidence are added
 * together, because no threshold separates them.
 *
 * El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 11, 2010); the risk there is
 * 1 − accuracy.
 *
 * @param steps how finely the curve is sampled: 100 gives a point for each percent
 */
export function coverageCurve(answers: Answers, steps = 100): readonly CoveragePoint[] {
  const { images, labels, predicted, confidence } = answers;
  const order = [...confidence.keys()].sort((a, b) => confidence[b]! - confidence[a]!);
  const points: CoveragePoint[] = [];
  let answered = 0;
  let correct = 0;
  for (let step = 1; step <= steps; step++) {
    const target = Math.ceil((images * step) / steps);
    if (target <= answered) continue;
    const threshold = confidence[order[target - 1]!]!;
    for (; answered < images && confidence[order[answered]!]! >= threshold; answered++) {
      const image = order[answered]!;
      correct += Number(labels[image] === predicted[image]);
    }
    points.push({ coverage: answered / images, threshold, accuracy: correct / answered });
  }
  return points;
}
