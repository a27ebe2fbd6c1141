import type { Answers } from "./answers.js";

/** Which class was predicted for the images of each class. */
export interface Confusion {
  /** `[true class][predicted class]`: numbers of images. */
  readonly counts: readonly (readonly number[])[];
  /** The same as shares of the true class, 0..1; zeros for a class without images. */
  readonly rates: readonly (readonly number[])[];
}

/** A class that was predicted for images of another class. */
export interface ConfusedPair {
  /** Number of the true class. */
  readonly truth: number;
  /** Number of the predicted class. */
  readonly predicted: number;
  readonly count: number;
  /** The share of the true class, 0..1. */
  readonly rate: number;
  /** Some of the images, by their position in the set, the most confident mistakes first. */
  readonly examples: readonly { readonly image: number; readonly probability: number }[];
}

/** Counts the images by true and predicted class. */
export function confusion({ images, classes, labels, predicted }: Answers): Confusion {
  const cells = Array.from({ length: images }, (_, image) => [labels[image]!, predicted[image]!, 1] as const);
  return confusionOf(cells, classes);
}

/** A confusion from counts by true and predicted class, which are added up. */
export function confusionOf(
  cells: Iterable<readonly [truth: number, predicted: number, count: number]>,
  classes: number,
): Confusion {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [truth, predicted, count] of cells) counts[truth]![predicted]! += count;
  const rates = counts.map((row) => {
    const support = row.reduce((sum, count) => sum + count, 0);
    return row.map((count) => (support === 0 ? 0 : count / support));
  });
  return { counts, rates };
}

/**
 * The pairs (true class, predicted class) with the most images; of equals, those with the larger share first, then in
 * the order of the labels.
 *
 * @param options.limit the most pairs; 10 by default
 * @param options.examples the most images of each pair; 5 by default
 */
export function mostConfusedPairs(
  answers: Answers,
  { counts, rates }: Confusion,
  options: { readonly limit?: number; readonly examples?: number } = {},
): readonly ConfusedPair[] {
  const { limit = 10, examples = 5 } = options;
  return counts
    .flatMap((row, truth) => {
      const pairs: Omit<ConfusedPair, "examples">[] = [];
      row.forEach((count, predicted) => {
        if (count === 0 || truth === predicted) return;
        pairs.push({ truth, predicted, count, rate: rates[truth]![predicted]! });
      });
      return pairs;
    })
    .sort((a, b) => b.count - a.count || b.rate - a.rate)
    .slice(0, limit)
    .map((pair) => ({ ...pair, examples: examplesOf(answers, pair).slice(0, examples) }));
}

function examplesOf(
  { images, labels, predicted, confidence }: Answers,
  pair: Pick<ConfusedPair, "truth" | "predicted">,
): ConfusedPair["examples"] {
  const matching: number[] = [];
  for (let image = 0; image < images; image++) {
    if (labels[image] === pair.truth && predicted[image] === pair.predicted) matching.push(image);
  }
  return matching
    .sort((a, b) => confidence[b]! - confidence[a]!)
    .map((image) => ({ image, probability: confidence[image]! }));
}
