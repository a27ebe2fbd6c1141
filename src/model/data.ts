import { HeddleError } from "../base/errors.js";
import { type Shape, sameShape, sizeOf } from "../base/shape.js";

/**
 * Samples for `predict`. Letters: N samples. Datasets' splits (`data.train`) are such.
 */
export interface Samples {
  /** `[N, …shape]`, row-major: bytes or floats. */
  readonly images: Uint8Array | Float32Array;
  /** N. */
  readonly count: number;
  /** Sizes of one sample, without N. */
  readonly shape: Shape;
}

/** Samples with what they should give, for `fit` and `evaluate`. */
export interface LabelledSamples extends Samples {
  /** `[N]` class numbers, or `[N, classes]` distributions as floats for categoricalCrossentropy. */
  readonly labels: Uint8Array | Int32Array | Float32Array;
}

/** Checks samples against a model's input; `who` asks. */
export function checkSamples(who: string, samples: Samples, input: Shape): void {
  const { images, count, shape } = samples;
  if (!sameShape(shape, input)) {
    throw new HeddleError({
      who,
      expected: `images of ${input.join("×")}`,
      received: `images of ${shape.join("×")}`,
      next: "Resize the images, or build the model for their size.",
    });
  }
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new HeddleError({
      who,
      expected: "at least one image",
      received: `a count of ${count}`,
      next: "Give some images.",
    });
  }
  if (images.length !== count * sizeOf(shape)) {
    throw new HeddleError({
      who,
      expected: `${count} images of ${shape.join("×")} values: ${count * sizeOf(shape)} in all`,
      received: `${images.length}`,
      next: "Correct count, shape or the array.",
    });
  }
}

/** Class numbers as the kernels read them: i32, checked against the number of classes. */
export function classNumbers(who: string, samples: LabelledSamples, classes: number): Int32Array {
  const { labels, count } = samples;
  if (labels instanceof Float32Array || labels.length !== count) {
    throw new HeddleError({
      who,
      expected: `${count} class numbers as bytes or Int32Array`,
      received: `${labels.length} values in a ${labels.constructor.name}`,
      next: "Give one label an image, or use categoricalCrossentropy for distributions.",
    });
  }
  const numbers = new Int32Array(count);
  for (let index = 0; index < count; index++) {
    const label = labels[index]!;
    if (label < 0 || label >= classes) {
      throw new HeddleError({
        who,
        expected: `labels from 0 to ${classes - 1}`,
        received: `${label} at image ${index}`,
        next: "Give the last layer as many units as there are classes.",
      });
    }
    numbers[index] = label;
  }
  return numbers;
}

/** Distributions over the classes, checked for their number. */
export function distributions(who: string, samples: LabelledSamples, classes: number): Float32Array {
  const { labels, count } = samples;
  if (labels instanceof Float32Array && labels.length === count * classes) return labels;
  throw new HeddleError({
    who,
    expected: `targets [${count}, ${classes}] as Float32Array`,
    received: `${labels.length} values in a ${labels.constructor.name}`,
    next: "Use toCategorical(labels, classes), or sparseCategoricalCrossentropy for class numbers.",
  });
}

/**
 * Class numbers as one-hot rows `[N, classes]`.
 *
 * @example
 * toCategorical([2, 0], 3); // Float32Array [0, 0, 1, 1, 0, 0]
 */
export function toCategorical(labels: ArrayLike<number>, classes: number): Float32Array {
  const rows = new Float32Array(labels.length * classes);
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new HeddleError({
        who: "toCategorical",
        expected: `labels from 0 to ${classes - 1}`,
        received: `${label} at ${index}`,
        next: "Give the number of classes.",
      });
    }
    rows[index * classes + label] = 1;
  }
  return rows;
}
