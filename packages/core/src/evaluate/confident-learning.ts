import { HeddleError } from "../base/errors.js";

/** An image whose label is probably wrong. */
export interface LabelSuspect {
  /** Its position, from 0. */
  readonly index: number;
  /** Its label. */
  readonly label: number;
  /** The class that the model is confident of instead. */
  readonly suggested: number;
  /** The probability of its label, 0..1. */
  readonly selfConfidence: number;
  /** That probability minus the largest one of any other class, −1..0: the lower, the more suspect. */
  readonly margin: number;
}

/** What confident learning estimates about the labels of K classes. */
export interface ConfidentLearning {
  /** `[K]`: the mean probability of a class over the images with that label; `null` for a class without images. */
  readonly thresholds: readonly (number | null)[];
  /** `[K][K]`: images by their label and the class that the model is confident of. */
  readonly confidentJoint: readonly (readonly number[])[];
  /** `[K][K]`: the estimated share of all images by label and true class; sums to 1. */
  readonly joint: readonly (readonly number[])[];
  /** The estimated number of wrong labels, which need not be whole. */
  readonly estimatedErrors: number;
  /** The most suspect images first. */
  readonly suspects: readonly LabelSuspect[];
}

/**
 * Estimates which labels are wrong, and how many, from the probabilities of a model that was not trained on these images.
 *
 * A model is confident of class j for an image if the probability of j is at least its mean over the images labelled j;
 * of several such classes, the most probable counts. An image is suspect if the model is confident of a class other than
 * its label, and finds that class more probable. The counts by label and confident class, scaled to the number of images
 * of each label, estimate the joint distribution of labels and true classes. A label without confident images counts as
 * correct throughout.
 *
 * Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal of Artificial
 * Intelligence Research 70 (2021): thresholds, confident joint and its calibration; suspects are those off the diagonal
 * of the confident joint, ranked by normalized margin.
 *
 * @param probabilities `[N, K]`, row-major, out of fold: from models that were not trained on the image
 * @param labels `[N]`, 0 … K-1
 * @throws HeddleError when sizes do not fit, a label is out of range or a probability is not a number
 *
 * @example
 * const { suspects } = confidentLearning(probabilities, train.labels, 10);
 * suspects[0]; // { index: 4711, label: 6, suggested: 0, selfConfidence: 0.001, margin: -0.99 }
 */
export function confidentLearning(
  probabilities: Float32Array | Float64Array,
  labels: Uint8Array | Int32Array,
  classes: number,
): ConfidentLearning {
  check(probabilities, labels, classes);
  const counts = new Array<number>(classes).fill(0);
  const sums = new Array<number>(classes).fill(0);
  labels.forEach((label, index) => {
    counts[label]! += 1;
    sums[label]! += probabilities[index * classes + label]!;
  });
  const thresholds = sums.map((sum, label) => (counts[label] === 0 ? null : sum / counts[label]!));
  const confidentJoint = square(classes);
  const suspects: LabelSuspect[] = [];
  labels.forEach((label, index) => {
    const row = probabilities.subarray(index * classes, (index + 1) * classes);
    const sure = sureOf(row, thresholds);
    if (sure === undefined) return;
    confidentJoint[label]![sure]! += 1;
    const selfConfidence = row[label]!;
    const margin = selfConfidence - largestOther(row, label);
    if (sure !== label && margin < 0)
      suspects.push({ index, label, suggested: sure, selfConfidence, margin });
  });
  suspects.sort((a, b) => a.margin - b.margin || a.index - b.index);
  const joint = calibrate(confidentJoint, counts);
  const right = joint.reduce((sum, row, label) => sum + row[label]!, 0);
  return {
    thresholds,
    confidentJoint,
    joint,
    estimatedErrors: Math.max(0, (1 - right) * labels.length),
    suspects,
  };
}

/** The most probable class among those that reach their threshold. */
function sureOf(
  row: Float32Array | Float64Array,
  thresholds: readonly (number | null)[],
): number | undefined {
  let best: number | undefined;
  thresholds.forEach((threshold, label) => {
    if (threshold === null || !(row[label]! >= threshold)) return;
    if (best === undefined || row[label]! > row[best]!) best = label;
  });
  return best;
}

function largestOther(row: Float32Array | Float64Array, label: number): number {
  let largest = 0;
  row.forEach((value, other) => {
    if (other !== label && value > largest) largest = value;
  });
  return largest;
}

/** Scales each row to the number of images with its label, and the whole to a sum of 1. */
function calibrate(
  confidentJoint: readonly (readonly number[])[],
  counts: readonly number[],
): readonly (readonly number[])[] {
  const images = counts.reduce((sum, count) => sum + count, 0);
  return confidentJoint.map((row, label) => {
    const sure = row.reduce((sum, count) => sum + count, 0);
    const share = counts[label]! / images;
    if (sure === 0) return row.map((_, other) => (other === label ? share : 0));
    return row.map((count) => (count / sure) * share);
  });
}

function square(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

function check(
  probabilities: Float32Array | Float64Array,
  labels: Uint8Array | Int32Array,
  classes: number,
): void {
  const refuse = (expected: string, received: string) =>
    new HeddleError({
      who: "Confident learning",
      expected,
      received,
      next: "Pass the result of model.predict for these images, and their labels.",
    });
  if (labels.length === 0 || probabilities.length !== labels.length * classes) {
    throw refuse(
      `a probability of each of ${classes} classes for each of at least one image`,
      `${probabilities.length} probabilities and ${labels.length} labels`,
    );
  }
  const wrong = labels.find((label) => label < 0 || label >= classes);
  if (wrong !== undefined) throw refuse(`labels from 0 to ${classes - 1}`, String(wrong));
  const bad = probabilities.find((value) => !(value >= 0 && value <= 1.0001));
  if (bad !== undefined) throw refuse("probabilities from 0 to 1", String(bad));
}
