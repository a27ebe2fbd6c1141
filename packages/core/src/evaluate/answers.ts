import { HeddleError } from "../base/errors.js";
import { largestAt } from "../metrics/rows.js";

/** A classifier's probabilities for labelled images: N images, K classes. */
export interface Predictions {
  /** `[N, K]`, row-major: each row holds the probabilities of the classes, which sum to 1. */
  readonly probabilities: Float32Array;
  /** `[N]`: the true class of each image, 0 … K-1. */
  readonly labels: ArrayLike<number>;
  /** K names, in the order of the labels. */
  readonly classNames: readonly string[];
}

/** Checked predictions, with what all figures of merit need. */
export interface Answers {
  /** N. */
  readonly images: number;
  /** K. */
  readonly classes: number;
  readonly classNames: readonly string[];
  /** `[N, K]`. */
  readonly probabilities: Float32Array;
  /** `[N]`: the true classes. */
  readonly labels: Int32Array;
  /** `[N]`: the most probable class; of equals, the first. */
  readonly predicted: Int32Array;
  /** `[N]`: the probability of that class. */
  readonly confidence: Float64Array;
}

/** The most classes that are evaluated: matrices of class by class then take 1 GB. */
const MOST_CLASSES = 8192;

/** How far a row's sum may be from 1: the rounding of f32 over a thousand classes, or of a file. */
const SUM_TOLERANCE = 1e-3;

/**
 * Checks predictions and derives the predicted classes.
 *
 * @throws HeddleError for no images, more than 8,192 classes, lengths that do not match, labels outside the classes, and rows that are not
 *   probabilities
 */
export function answersOf({ probabilities, labels, classNames }: Predictions): Answers {
  const images = labels.length;
  const classes = classNames.length;
  if (images === 0 || classes === 0 || probabilities.length !== images * classes) {
    throw new HeddleError({
      who: "Evaluation",
      expected: "at least one image, and a probability for each image and class",
      received: `${images} images, ${classes} classes and ${probabilities.length} probabilities`,
      next: "Pass probabilities [N, K], N labels and K class names.",
    });
  }
  if (classes > MOST_CLASSES) {
    throw new HeddleError({
      who: "Evaluation",
      expected: `at most ${MOST_CLASSES} classes`,
      received: String(classes),
      next: "Group the classes; accuracy and loss are given by model.evaluate.",
    });
  }
  const predicted = new Int32Array(images);
  const confidence = new Float64Array(images);
  for (let image = 0; image < images; image++) {
    const label = labels[image]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) throw noClass(label, image, classes);
    checkRow(probabilities, image, classes);
    const best = largestAt(probabilities, image * classes, classes);
    predicted[image] = best;
    confidence[image] = Math.min(1, probabilities[image * classes + best]!);
  }
  return {
    images,
    classes,
    classNames,
    probabilities,
    labels: Int32Array.from(labels),
    predicted,
    confidence,
  };
}

function checkRow(probabilities: Float32Array, image: number, classes: number): void {
  let sum = 0;
  for (let k = 0; k < classes; k++) {
    const value = probabilities[image * classes + k]!;
    if (!(value >= 0)) throw noProbabilities(image, `${value} for class ${k}`);
    sum += value;
  }
  if (!(Math.abs(sum - 1) <= SUM_TOLERANCE)) throw noProbabilities(image, `a sum of ${sum.toPrecision(6)}`);
}

function noClass(label: number, image: number, classes: number): HeddleError {
  return new HeddleError({
    who: "Evaluation",
    expected: `labels from 0 to ${classes - 1}`,
    received: `${label} at image ${image}`,
    next: "Pass labels in the order of the class names.",
  });
}

function noProbabilities(image: number, received: string): HeddleError {
  return new HeddleError({
    who: `Evaluation, image ${image}`,
    expected: "probabilities of at least 0 that sum to 1",
    received,
    next: "Evaluate a model that ends in a softmax, and one whose weights have not overflowed.",
  });
}
