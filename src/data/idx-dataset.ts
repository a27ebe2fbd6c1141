import { HeddleError } from "../base/errors.js";
import { allocateShared } from "../base/memory.js";
import { sameShape, sizeOf } from "../base/shape.js";
import type { Dataset, DatasetSource, ImageSet } from "./dataset.js";
import type { IdxArray } from "./idx-format.js";

/** One file's contents with the name that errors give it. */
export interface NamedIdx {
  readonly name: string;
  readonly array: IdxArray;
}

/** The four arrays of a dataset in MNIST's layout. */
export interface IdxDatasetParts {
  readonly trainImages: NamedIdx;
  readonly trainLabels: NamedIdx;
  readonly testImages: NamedIdx;
  readonly testLabels: NamedIdx;
}

export interface IdxDatasetOptions {
  readonly name: string;
  readonly title: string;
  readonly source: DatasetSource;
  /** The classes, in the order of the labels; by default `"0"` to the largest training label. */
  readonly classNames?: readonly string[] | undefined;
  /** True when rows and columns are exchanged in the files, as EMNIST's are; by default false. */
  readonly transposed?: boolean | undefined;
}

/** More classes than any set of small images has; a damaged 32-bit label could ask for billions of names. */
const MAXIMUM_CLASSES = 65536;

/**
 * Images and labels of IDX files as a dataset. Bytes stay as they are, in place; other element types
 * become 32-bit floats.
 *
 * Images are `[N, H, W]` or `[N, H, W, C]`, labels `[N]`.
 *
 * @throws HeddleError when counts, shapes or labels do not fit each other, or a value is not finite
 * @example
 * const dataset = datasetFromIdx(parts, { name: "mine", title: "Mine", source: { kind: "files", files: [] } });
 * dataset.train.shape; // [28, 28, 1]
 */
export function datasetFromIdx(parts: IdxDatasetParts, options: IdxDatasetOptions): Dataset {
  const trainLabels = labelsOf(parts.trainLabels);
  const testLabels = labelsOf(parts.testLabels);
  const classNames = options.classNames ?? numberedClasses(trainLabels, parts.trainLabels.name);
  checkLabels(trainLabels, classNames.length, parts.trainLabels.name);
  checkLabels(testLabels, classNames.length, parts.testLabels.name);
  const transposed = options.transposed ?? false;
  const train = imageSetOf(parts.trainImages, trainLabels, parts.trainLabels.name, transposed);
  const test = imageSetOf(parts.testImages, testLabels, parts.testLabels.name, transposed);
  if (!sameShape(train.shape, test.shape)) {
    throw new HeddleError({
      who: parts.testImages.name,
      expected: `images of ${train.shape.join(" × ")} as in ${parts.trainImages.name}`,
      received: test.shape.join(" × "),
      next: "Take both splits from the same dataset.",
    });
  }
  return { name: options.name, title: options.title, classNames, train, test, source: options.source };
}

function imageSetOf(
  images: NamedIdx,
  labels: Uint8Array | Int32Array,
  labelsName: string,
  transposed: boolean,
): ImageSet {
  const [count, first, second, channels = 1] = images.array.shape;
  if (count === undefined || first === undefined || second === undefined || images.array.shape.length > 4) {
    throw new HeddleError({
      who: images.name,
      expected: "images of 3 dimensions (count, height, width) or 4 (with channels)",
      received: `${images.array.shape.length}: ${images.array.shape.join(" × ")}`,
      next: "Check that this file holds images.",
    });
  }
  if (count !== labels.length) {
    throw new HeddleError({
      who: labelsName,
      expected: `${count} labels, one for each image of ${images.name}`,
      received: String(labels.length),
      next: "Take both files from the same split of the same dataset.",
    });
  }
  const pixels = pixelsOf(images);
  if (!transposed) return { images: pixels, labels, count, shape: [first, second, channels] };
  exchangeAxes(pixels, count, first, second, channels);
  return { images: pixels, labels, count, shape: [second, first, channels] };
}

function pixelsOf({ name, array: { data } }: NamedIdx): Uint8Array | Float32Array {
  if (data instanceof Uint8Array) return data;
  const pixels =
    data instanceof Float32Array
      ? data
      : new Float32Array(allocateShared(data.length * Float32Array.BYTES_PER_ELEMENT));
  for (let index = 0; index < data.length; index++) {
    pixels[index] = data[index]!;
    if (!Number.isFinite(pixels[index])) {
      throw new HeddleError({
        who: name,
        expected: "finite pixel values",
        received: `${data[index]} at element ${index}`,
        next: "Remove or repair the image.",
      });
    }
  }
  return pixels;
}

/** Exchanges the first two axes of every `[first, second, channels]` image, in place. */
function exchangeAxes(
  pixels: Uint8Array | Float32Array,
  count: number,
  first: number,
  second: number,
  channels: number,
): void {
  const size = sizeOf([first, second, channels]);
  for (let image = 0; image < count; image++) {
    const original = pixels.slice(image * size, (image + 1) * size);
    let target = image * size;
    for (let column = 0; column < second; column++) {
      for (let row = 0; row < first; row++) {
        const from = (row * second + column) * channels;
        for (let channel = 0; channel < channels; channel++) pixels[target++] = original[from + channel]!;
      }
    }
  }
}

function labelsOf({ name, array }: NamedIdx): Uint8Array | Int32Array {
  if (array.shape.length !== 1) {
    throw new HeddleError({
      who: name,
      expected: "labels of 1 dimension",
      received: `${array.shape.length}: ${array.shape.join(" × ")}`,
      next: "Check that this file holds labels.",
    });
  }
  const { data } = array;
  if (data instanceof Uint8Array || data instanceof Int32Array) return data;
  const labels = new Int32Array(allocateShared(data.length * Int32Array.BYTES_PER_ELEMENT));
  for (let index = 0; index < data.length; index++) {
    labels[index] = data[index]!;
    if (labels[index] !== data[index]) throw labelError(name, "whole numbers as labels", data[index]!, index);
  }
  return labels;
}

function numberedClasses(labels: Uint8Array | Int32Array, name: string): string[] {
  let largest = 0;
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label >= MAXIMUM_CLASSES) throw labelError(name, `labels below ${MAXIMUM_CLASSES}`, label, index);
    if (label > largest) largest = label;
  }
  return Array.from({ length: largest + 1 }, (_, label) => String(label));
}

function checkLabels(labels: Uint8Array | Int32Array, classes: number, name: string): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label < 0 || label >= classes) {
      throw labelError(name, `labels from 0 to ${classes - 1}, one of ${classes} classes`, label, index);
    }
  }
}

function labelError(name: string, expected: string, label: number, index: number): HeddleError {
  const next = "Check that these labels belong to this dataset.";
  return new HeddleError({ who: name, expected, received: `label ${label} at image ${index}`, next });
}
