import type { Answers } from "./answers.js";

/** What each class was taken for. */
export interface Confusion {
  /** `[true class][predicted class]`: numbers of images. */
  readonly counts: readonly (readonly number[])[];
  /** The same as shares of the true class, 0..1; a row of zeros for a class that never occurs. */
  readonly rates: readonly (readonly number[])[];
}

/** One class taken for another. */
export interface ConfusedPair {
  /** Number of the true class. */
  readonly truth: number;
  /** Number of the class that it was taken for. */
  readonly predicted: number;
  readonly count: number;
  /** The share of the true class, 0..1. */
  readonly rate: number;
  /** Some of the images, by their place in the set, the surest mistakes first. */
  readonly examples: readonly { readonly image: number; readonly probability: number }[];
}

export function confusion({ images, classes, labels, predicted }: Answers): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let image = 0; image < images; image++) counts[labels[image]!]![predicted[image]!]! += 1;
  const rates = counts.map((row) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (support === 0 ? 0 : count / support));
  });
  return { counts, rates };
}

/**
 * The pairs (true class, predicted class) with the most images; of equals, those of the larger share first, then in
 * the order of the labels.
 *
 * @param options.limit at most so many pairs. Default 10
 * @param options.examples at most so many images of each. Default 5
 */
export function mostConfusedPairs(
  answers: Answers,
  { counts, rates }: Confusion,
  options: { readonly limit?: number; readonly examples?: number } = {},
): readonly ConfusedPair[] {
  const { limit = 10, examples = 5 } = options;
  return counts
    .flatMap((row, truth) =>
      row.map((count, predicted) => ({ truth, predicted, count, rate: rates[truth]![predicted]! })),
    )
    .filter(({ truth, predicted, count }) => truth !== predicted && count > 0)
    .sort((a, b) => b.count - a.count || b.rate - a.rate)
    .slice(0, limit)
    .map((pair) => ({ ...pair, examples: examplesOf(answers, pair).slice(0, examples) }));
}

function examplesOf(
  { images, labels, predicted, confidence }: Answers,
  pair: Pick<ConfusedPair, "truth" | "predicted">,
): ConfusedPair["examples"] {
  const found: number[] = [];
  for (let image = 0; image < images; image++) {
    if (labels[image] === pair.truth && predicted[image] === pair.predicted) found.push(image);
  }
  return found
    .sort((a, b) => confidence[b]! - confidence[a]!)
    .map((image) => ({ image, probability: confidence[image]! }));
}
