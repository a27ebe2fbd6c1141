import { formatPercent } from "../base/format.js";
import type { Dataset, ImageSet } from "../data/dataset.js";
import { accuracy, wilsonInterval } from "../evaluate/accuracy.js";
import { answersOf } from "../evaluate/answers.js";
import { chanceOf } from "../evaluate/chance.js";
import { confidentLearning } from "../evaluate/confident-learning.js";
import type { LabelErrorFindings, SplitLabelErrors } from "./findings.js";
import { type OutOfFoldOptions, outOfFold } from "./out-of-fold.js";

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
