import { formatPercent } from "@heddle/core/internal/base/format.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import {
  findNearDuplicates,
  type ImagePlace,
  type NearDuplicates,
} from "@heddle/core/internal/data/near-duplicates/index.js";
import { accuracy, wilsonInterval } from "@heddle/core/internal/evaluate/accuracy.js";
import { answersOf } from "@heddle/core/internal/evaluate/answers.js";
import { chanceOf } from "@heddle/core/internal/evaluate/chance.js";
import { confidentLearning } from "@heddle/core/internal/evaluate/confident-learning.js";
import type {
  FoundImage,
  FoundPair,
  LabelErrorFindings,
  NearDuplicateFindings,
  PairCounts,
  SplitLabelErrors,
} from "./findings.js";
import { type OutOfFoldOptions, outOfFold } from "./out-of-fold.js";

const splits = ["train", "test"] as const;

/** Finds pairs of images that are nearly the same, within and between the splits. */
export async function nearDuplicateFindings(
  dataset: Dataset,
  options: { readonly signal: AbortSignal; readonly onProgress: (share: number) => void },
): Promise<NearDuplicateFindings> {
  const found: NearDuplicates = await findNearDuplicates([dataset.train, dataset.test], options);
  const imageOf = ({ set, index }: ImagePlace): FoundImage => {
    const split = splits[set]!;
    return { split, index, label: dataset[split].labels[index]! };
  };
  const pairs = found.pairs.map(
    ({ first, second, distance, exact }): FoundPair => ({
      first: imageOf(first),
      second: imageOf(second),
      distance,
      exact,
    }),
  );
  const { maxDistance, truncated, withoutContrast } = found;
  return {
    maxDistance,
    truncated,
    withoutContrast,
    withinTrain: countsOf(pairs, "train", "train"),
    withinTest: countsOf(pairs, "test", "test"),
    betweenSplits: countsOf(pairs, "train", "test"),
    pairs,
  };
}

/** Whether the images of a pair come from these splits, in this order. */
export function isBetween({ first, second }: FoundPair, a: string, b: string): boolean {
  return first.split === a && second.split === b;
}

function countsOf(pairs: readonly FoundPair[], a: string, b: string): PairCounts {
  const own = pairs.filter((pair) => isBetween(pair, a, b));
  const images = new Set(own.map(({ second }) => second.index));
  if (a === b) for (const { first } of own) images.add(first.index);
  const otherLabel = own.filter(({ first, second }) => first.label !== second.label).length;
  return { pairs: own.length, images: images.size, otherLabel };
}

/** Models that are less of the way from chance to certainty know too little of the classes to doubt labels. */
const LEAST_ABOVE_CHANCE = 0.25;

/** Why what models say of labels that they did not learn is no ground to doubt any; undefined where it is. */
export function whyNoSuspects(
  { train }: LabelErrorFindings,
  labels: Uint8Array | Int32Array,
): string | undefined {
  const perClass = new Map<number, number>();
  for (const label of labels) perClass.set(label, (perClass.get(label) ?? 0) + 1);
  const correct = Math.round(train.accuracy * train.images);
  const interval = wilsonInterval(correct, train.images);
  const chance = chanceOf([...perClass.values()], interval).accuracy;
  const needed = chance + LEAST_ABOVE_CHANCE * (1 - chance);
  if (interval.low >= needed) return undefined;
  return `models that did not see the images agree with ${formatPercent(train.accuracy)} of the labels (95% interval ${formatPercent(interval.low)} – ${formatPercent(interval.high)}), and chance with ${formatPercent(chance)}: they know too little of the classes to doubt a label`;
}

/** Finds labels that are probably wrong, by models that did not learn them. */
export async function labelErrorFindings(
  dataset: Dataset,
  options: OutOfFoldOptions,
): Promise<LabelErrorFindings> {
  const probabilities = await outOfFold(dataset, options);
  const { classNames } = dataset;
  const judge = ({ count, labels }: ImageSet, predicted: Float32Array): SplitLabelErrors => ({
    images: count,
    accuracy: accuracy(answersOf({ probabilities: predicted, labels, classNames })).value,
    ...confidentLearning(predicted, labels, classNames.length),
  });
  return {
    model: "study_cnn",
    folds: options.folds,
    epochs: options.epochs,
    train: judge(dataset.train, probabilities.train),
    test: judge(dataset.test, probabilities.test),
  };
}
