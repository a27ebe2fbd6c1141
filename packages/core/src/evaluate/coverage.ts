import type { Answers } from "./answers.js";

/** What a model that may abstain gets right: only images of at least a confidence are answered. */
export interface CoveragePoint {
  /** The share of the images that is answered, 0..1. */
  readonly coverage: number;
  /** The smallest confidence that is answered. */
  readonly threshold: number;
  /** Of the answered images, the share that is right. */
  readonly accuracy: number;
}

/**
 * Accuracy against coverage, from the surest answers to all of them. Images of equal confidence come together: no
 * threshold parts them.
 *
 * El-Yaniv and Wiener, "On the Foundations of Noise-free Selective Classification" (JMLR 11, 2010); the risk there is
 * 1 − accuracy.
 *
 * @param steps how finely the curve is sampled: 100 gives a point each percent
 */
export function coverageCurve(answers: Answers, steps = 100): readonly CoveragePoint[] {
  const { images, labels, predicted, confidence } = answers;
  const order = [...confidence.keys()].sort((a, b) => confidence[b]! - confidence[a]!);
  const points: CoveragePoint[] = [];
  let answered = 0;
  let correct = 0;
  for (let step = 1; step <= steps; step++) {
    const wanted = Math.ceil((images * step) / steps);
    if (wanted <= answered) continue;
    const threshold = confidence[order[wanted - 1]!]!;
    for (; answered < images && confidence[order[answered]!]! >= threshold; answered++) {
      const image = order[answered]!;
      correct += Number(labels[image] === predicted[image]);
    }
    points.push({ coverage: answered / images, threshold, accuracy: correct / answered });
  }
  return points;
}
