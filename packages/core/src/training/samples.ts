import { HeddleError } from "../base/errors.js";
import { type Shape, sizeOf, takesShape } from "../base/shape.js";
import type { Loss } from "../losses/index.js";

/**
 * Samples for `predict`, such as a split of a dataset (`data.train`). N is their number.
 */
export interface Samples {
  /** `[N, …shape]`, row-major: bytes or floats. */
  readonly images: Uint8Array | Float32Array;
  /** N. */
  readonly count: number;
  /** Sizes of one sample, without N. */
  readonly shape: Shape;
}

/** Samples with their classes, for `fit` and `evaluate`. */
export interface LabelledSamples extends Samples {
  /** `[N]` class numbers, or `[N, classes]` distributions as floats for categoricalCrossentropy. */
  readonly labels: Uint8Array | Int32Array | Float32Array;
}

/**
 * Samples with the outputs that a model should give for them, for `fit` and `evaluate`: another image, several labels
 * at once, measurements. Where there are labels too, the targets are used.
 *
 * @example
 * const targets = Float32Array.from(data.train.images, (value) => value / 255);
 * await autoencoder.fit({ ...data.train, targets });
 */
export interface SamplesWithTargets extends Samples {
  /** `[N, …outputShape]`, row-major; numbers are used as they are, bytes are not rescaled. */
  readonly targets: Uint8Array | Int32Array | Float32Array;
}

/** Samples in arrays that `fit` and `evaluate` take. */
export type TrainingSamples = LabelledSamples | SamplesWithTargets;

/** Checks samples against a model's input, in the name of `who`. */
export function checkSamples(who: string, samples: Samples, input: Shape): void {
  const { images, count, shape }: Partial<Samples> = samples ?? {};
  const known = images instanceof Uint8Array || images instanceof Float32Array;
  if (!known || !Array.isArray(shape) || count === undefined) {
    const kind = (images as object | undefined)?.constructor.name;
    throw new HeddleError({
      who,
      expected: "samples with images as Uint8Array or Float32Array, their count and shape",
      received: kind && !known ? `images as ${kind}` : describeSamples(samples),
      next: "Pass { images, labels, count, shape }, or a stream of { images, labels }.",
    });
  }
  if (!takesShape(input, shape)) {
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
      next: "Pass at least one image.",
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

/** What was passed instead of samples, for errors. */
export function describeSamples(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (value instanceof Promise) return "a promise";
  if (typeof value !== "object" || value === null) return String(value);
  return `an object with ${Object.keys(value).join(", ") || "no properties"}`;
}

/** The expected outputs as the kernels of a loss read them; checks them in the name of `who`. */
export function targetsOf(
  who: string,
  samples: TrainingSamples,
  loss: Loss,
  output: Shape,
): Int32Array | Float32Array {
  const labels = "targets" in samples ? samples.targets : samples.labels;
  const { count } = samples;
  if (loss.targets === "values") {
    const values = valuesOf(who, labels, count, output);
    if (loss.activation !== undefined) checkProbabilities(who, values, count);
    return values;
  }
  if (output.length !== 1) {
    throw new HeddleError({
      who,
      expected: `a model with one output for each class, for ${loss.className}`,
      received: `outputs of ${output.join("×")}`,
      next: "End the model in Flatten and Dense, or choose a loss of values such as meanSquaredError.",
    });
  }
  const classes = output[0]!;
  return loss.targets === "classes"
    ? classNumbers(who, labels, count, classes)
    : distributions(who, labels, count, classes);
}

type Labels = LabelledSamples["labels"];

/** Values of the output's shape as f32. */
function valuesOf(who: string, labels: Labels, count: number, output: Shape): Float32Array {
  if (labels.length === count * sizeOf(output)) {
    return labels instanceof Float32Array ? labels : Float32Array.from(labels);
  }
  throw new HeddleError({
    who,
    expected: `${count} targets of ${output.join("×")} values: ${count * sizeOf(output)} in all`,
    received: `${labels.length}`,
    next: "Pass targets of the model's output shape, or build the model for their shape.",
  });
}

/** Class numbers as the kernels read them: i32, checked against the number of classes. */
function classNumbers(who: string, labels: Labels, count: number, classes: number): Int32Array {
  if (labels instanceof Float32Array || labels.length !== count) {
    throw new HeddleError({
      who,
      expected: `${count} class numbers as bytes or Int32Array`,
      received: `${labels.length} values in a ${labels.constructor.name}`,
      next: "Pass one label for each image, or use categoricalCrossentropy for distributions.",
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
        next: "Set the units of the last layer to the number of classes.",
      });
    }
    numbers[index] = label;
  }
  return numbers;
}

/** Checks the targets of a cross-entropy, which has no lowest value where one is below 0 or above 1. */
function checkProbabilities(who: string, targets: Float32Array, count: number): void {
  const wrong = targets.findIndex((target) => !(target >= 0 && target <= 1));
  if (wrong < 0) return;
  const image = Math.floor((wrong * count) / targets.length);
  throw new HeddleError({
    who,
    expected: "targets from 0 to 1, as cross-entropies need them",
    received: `${targets[wrong]} at image ${image}`,
    next: "Correct it; divide pixels by 255, and number two classes 0 and 1.",
  });
}

/** Distributions over the classes, after a check of their number. */
function distributions(who: string, labels: Labels, count: number, classes: number): Float32Array {
  if (labels instanceof Float32Array && labels.length === count * classes) {
    checkProbabilities(who, labels, count);
    return labels;
  }
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
        next: "Pass the number of classes.",
      });
    }
    rows[index * classes + label] = 1;
  }
  return rows;
}
