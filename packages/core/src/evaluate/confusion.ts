import type { Answers } from "./answers.js";

/** How often a class was predicted for images of a class. */
export type ConfusionCell = readonly [truth: number, predicted: number, count: number];

/** Which class was predicted for the images of each class. */
export interface Confusion {
  /** What occurred, by true class and then by predicted class: of many classes, a small part of the matrix. */
  readonly cells: readonly ConfusionCell[];
  /** `[true class][predicted class]`: numbers of images. The whole matrix, which is made when it is first asked for. */
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
export function confusionOf(cells: Iterable<ConfusionCell>, classes: number): Confusion {
  const sums = new Map<number, number>();
  for (const [truth, predicted, count] of cells) {
    if (count === 0) continue;
    const place = truth * classes + predicted;
    sums.set(place, (sums.get(place) ?? 0) + count);
  }
  const sorted = [...sums]
    .sort(([a], [b]) => a - b)
    .map(([place, count]): ConfusionCell => [Math.floor(place / classes), place % classes, count]);
  let counts: readonly (readonly number[])[] | undefined;
  let rates: readonly (readonly number[])[] | undefined;
  return {
    cells: sorted,
    get counts() {
      counts ??= matrixOf(sorted, classes);
      return counts;
    },
    get rates() {
      rates ??= this.counts.map((row) => {
        const support = row.reduce((sum, count) => sum + count, 0);
        return row.map((count) => (support === 0 ? 0 : count / support));
      });
      return rates;
    },
  };
}

function matrixOf(cells: readonly ConfusionCell[], classes: number): number[][] {
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [truth, predicted, count] of cells) counts[truth]![predicted] = count;
  return counts;
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
  { cells }: Pick<Confusion, "cells">,
  options: { readonly limit?: number; readonly examples?: number } = {},
): readonly ConfusedPair[] {
  const { limit = 10, examples = 5 } = options;
  const supports = new Map<number, number>();
  for (const [truth, , count] of cells) supports.set(truth, (supports.get(truth) ?? 0) + count);
  return cells
    .filter(([truth, predicted]) => truth !== predicted)
    .map(([truth, predicted, count]) => ({ truth, predicted, count, rate: count / supports.get(truth)! }))
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
