import { HeddleError } from "../../base/errors.js";
import { allocateShared } from "../../base/memory.js";
import { type Shape, sameShape, sizeOf } from "../../base/shape.js";
import type { IdxArray } from "../../formats/idx-format.js";
import { classesOf, MAXIMUM_CLASSES, warnOfEmptyClasses } from "../classes.js";
import type { Dataset, DatasetSource, ImageSet } from "../dataset.js";
import { MAXIMUM_CHANNELS } from "../labelled-images.js";

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
  /** The classes 0, 1, …; by default the labels themselves, by the rule of `classesOf`. */
  readonly classNames?: readonly string[] | undefined;
  /** True when rows and columns are exchanged in the files, as EMNIST's are; by default false. */
  readonly transposed?: boolean | undefined;
  /** Called with one line for anything the user should know. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

type Labels = Uint8Array | Int32Array;

/** Labels with the name that errors give their file. */
export interface NamedLabels {
  readonly name: string;
  readonly labels: Labels;
}

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
  const named = (part: NamedIdx): NamedLabels => ({ name: part.name, labels: labelsOf(part) });
  const labels = { train: named(parts.trainLabels), test: named(parts.testLabels) };
  const { classNames, ...classes } = classedLabels(labels, options);
  const transposed = options.transposed ?? false;
  const train = imageSetOf(parts.trainImages, classes.train, parts.trainLabels.name, transposed);
  const test = imageSetOf(parts.testImages, classes.test, parts.testLabels.name, transposed);
  checkShapes(
    { name: parts.trainImages.name, shape: train.shape },
    { name: parts.testImages.name, shape: test.shape },
  );
  return { name: options.name, title: options.title, classNames, train, test, source: options.source };
}

/**
 * Labels as positions of classes: as they are where the classes are named, else of the classes that the labels make
 * up, by the rule that holds for tables too: EMNIST's letters, 1 to 26, are 26 classes.
 *
 * @throws HeddleError at the first label that is of no class
 */
export function classedLabels(
  { train, test }: { readonly train: NamedLabels; readonly test: NamedLabels },
  { classNames, onWarning = () => {} }: Pick<IdxDatasetOptions, "classNames" | "onWarning">,
): { readonly classNames: readonly string[]; readonly train: Labels; readonly test: Labels } {
  const end = classNames?.length ?? MAXIMUM_CLASSES;
  const what = `labels from 0 to ${end - 1}${classNames ? `, one of ${end} classes` : ""}`;
  checkLabels(train, end, what);
  checkLabels(test, end, what);
  if (classNames) return { classNames, train: train.labels, test: test.labels };
  const found = new Set<number>(train.labels);
  for (const label of test.labels) found.add(label);
  const names = classesOf([...found].map(String), train.name);
  const placed = { train: withPlaces(train.labels, names), test: withPlaces(test.labels, names) };
  if (names[0] !== "0") onWarning(`The smallest label is ${names[0]}: there is no class 0.`);
  warnOfEmptyClasses({ classNames: names, train: placed.train, test: placed.test }, onWarning);
  return { classNames: names, ...placed };
}

function imageSetOf(images: NamedIdx, labels: Labels, labelsName: string, transposed: boolean): ImageSet {
  const [count, first, second, channels] = imageSizes(images.name, images.array.shape);
  checkCounts({ name: images.name, count }, { name: labelsName, count: labels.length });
  const pixels = pixelsOf(images);
  if (!transposed) return { images: pixels, labels, count, shape: [first, second, channels] };
  exchangeAxes(pixels, count, first, second, channels);
  return { images: pixels, labels, count, shape: [second, first, channels] };
}

/**
 * The sizes of a file of images.
 *
 * @throws HeddleError when they are none of images
 */
export function imageSizes(
  name: string,
  shape: readonly number[],
): readonly [count: number, first: number, second: number, channels: number] {
  const [count, first, second, channels = 1] = shape;
  const refuse = (expected: string, received: string) =>
    new HeddleError({ who: name, expected, received, next: "Check that this file holds images." });
  if (count === undefined || first === undefined || second === undefined || shape.length > 4) {
    const expected = "images of 3 dimensions (count, height, width) or 4 (with channels)";
    throw refuse(expected, `${shape.length}: ${shape.join(" × ")}`);
  }
  if (channels > MAXIMUM_CHANNELS) {
    throw refuse(`images of 1 to ${MAXIMUM_CHANNELS} channels`, `${channels} channels`);
  }
  return [count, first, second, channels];
}

/** A file and how many things it holds. */
interface Counted {
  readonly name: string;
  readonly count: number;
}

/** @throws HeddleError when there is not one label for each image */
export function checkCounts(images: Counted, labels: Counted): void {
  if (images.count === labels.count) return;
  throw new HeddleError({
    who: labels.name,
    expected: `${images.count} labels, one for each image of ${images.name}`,
    received: String(labels.count),
    next: "Take both files from the same split of the same dataset.",
  });
}

/** @throws HeddleError when images of a test split have another shape than those of the training split */
export function checkShapes(
  train: { readonly name: string; readonly shape: Shape },
  test: { readonly name: string; readonly shape: Shape },
): void {
  if (sameShape(train.shape, test.shape)) return;
  throw new HeddleError({
    who: test.name,
    expected: `images of ${train.shape.join(" × ")} as in ${train.name}`,
    received: test.shape.join(" × "),
    next: "Take both splits from the same dataset.",
  });
}

/** The values of images; other numbers than bytes as 32-bit floats. */
export function pixelsOf({ name, array: { data } }: NamedIdx): Uint8Array | Float32Array {
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
export function exchangeAxes(
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

/** The values of labels. */
export function labelsOf({ name, array }: NamedIdx): Labels {
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

/** @throws HeddleError at the first label that is not from 0 to below `end` */
function checkLabels({ name, labels }: NamedLabels, end: number, what: string): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label < 0 || label >= end) throw labelError(name, what, label, index);
  }
}

/** Labels as the places of their classes; the same array where each class is at its own number. */
function withPlaces(labels: Labels, names: readonly string[]): Labels {
  if (names.every((name, place) => name === String(place))) return labels;
  const places = new Map(names.map((name, place) => [Number(name), place]));
  const result = names.length <= 256 ? new Uint8Array(labels.length) : new Int32Array(labels.length);
  for (let image = 0; image < labels.length; image++) result[image] = places.get(labels[image]!)!;
  return result;
}

function labelError(name: string, expected: string, label: number, index: number): HeddleError {
  const next = "Check that these labels belong to this dataset.";
  return new HeddleError({ who: name, expected, received: `label ${label} at image ${index}`, next });
}
