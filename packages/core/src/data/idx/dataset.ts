import { HeddleError } from "../../base/errors.js";
import { checkOptions } from "../../base/known-options.js";
import { allocateShared, allocateSharedFloats } from "../../base/memory.js";
import { anyFunction, anyObject, anyText, listOf, trueOrFalse } from "../../base/rules.js";
import type { IdxArray } from "../../formats/idx.js";
import { classesOf, emptyLabels, MAXIMUM_CLASSES, warnOfEmptyClasses } from "../classes.js";
import type { Channels, Dataset, DatasetSource, ImageSet } from "../dataset.js";
import { channelsRule, rangeRule } from "../form-options.js";
import { commonChannels, imagesWithChannels } from "../image-channels.js";
import { checkSizes, MAXIMUM_CHANNELS } from "../image-shape.js";
import { exchangeAxes, orientationOf } from "../orientation.js";
import {
  channelsChoice,
  classesChoice,
  type ElementKind,
  type Reading,
  type ReadingChoice,
  warnOfReading,
} from "../reading.js";
import { toByteRange, type ValueRange } from "../value-range.js";

/** The contents of one IDX file. */
export interface NamedIdx {
  /** The file's name, for errors. */
  readonly name: string;
  readonly array: IdxArray;
}

/** The four files of a dataset in MNIST's layout. */
export interface IdxDatasetParts {
  readonly trainImages: NamedIdx;
  readonly trainLabels: NamedIdx;
  readonly testImages: NamedIdx;
  readonly testLabels: NamedIdx;
}

/** The options of {@link datasetFromIdx}. */
export interface IdxDatasetOptions {
  /** A short name. */
  readonly name: string;
  /** The name in titles. */
  readonly title: string;
  /** Where the files came from. */
  readonly source: DatasetSource;
  /**
   * The names of the classes 0, 1, ….
   *
   * @defaultValue the labels themselves, by the rule of {@link classesOf}
   */
  readonly classNames?: readonly string[] | undefined;
  /**
   * Whether the files store images with rows and columns exchanged, as EMNIST's do.
   *
   * @defaultValue true if the files are named as EMNIST's are published
   */
  readonly transposed?: boolean | undefined;
  /**
   * The range that pixel values span in the files, of both splits; it is brought to 0..255.
   *
   * @defaultValue floats from 0 to 1 span `"0..1"`; all other values stay as they are
   */
  readonly range?: ValueRange | undefined;
  /**
   * How many values each pixel gets, in both splits: 1 for grey, 2 for grey and opacity, 3 for colours, 4 for colours and
   * opacity.
   *
   * @defaultValue the fewest that hold all images
   */
  readonly channels?: Channels | undefined;
  /** Called with each warning, one line long. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

type Labels = Uint8Array | Int32Array;

/** The labels of one split. */
interface NamedLabels {
  /** The file's name, for errors. */
  readonly name: string;
  readonly labels: Labels;
}

/**
 * Makes a dataset of images and labels from IDX files. Bytes are used in place; other element types become 32-bit
 * floats, and the pixel values of each split are brought to 0..255 where they span another range that can be told.
 *
 * Images are `[N, H, W]` or `[N, H, W, C]`, labels `[N]`, or `[N, 8]` with the class first, as in QMNIST.
 *
 * @throws HeddleError if counts, shapes or labels do not match, or a value is not finite
 * @example
 * const dataset = datasetFromIdx(parts, { name: "mine", title: "Mine", source: { kind: "files", files: [] } });
 * dataset.train.shape; // [28, 28, 1]
 */
export function datasetFromIdx(parts: IdxDatasetParts, options: IdxDatasetOptions): Dataset {
  checkOptions("IDX", options, {
    name: anyText,
    title: anyText,
    source: anyObject,
    classNames: listOf("names", anyText),
    transposed: trueOrFalse,
    range: rangeRule,
    channels: channelsRule,
    onWarning: anyFunction,
  });
  const named = (part: NamedIdx): NamedLabels => ({ name: part.name, labels: labelsOf(part) });
  const labels = { train: named(parts.trainLabels), test: named(parts.testLabels) };
  const { classNames, ...classes } = classedLabels(labels, options);
  const { onWarning = () => {} } = options;
  const names = [parts.trainImages.name, parts.testImages.name];
  const { transposed, choice } = orientationOf(names, options.transposed);
  const train = imageSetOf(parts.trainImages, classes.train, parts.trainLabels.name, transposed);
  const test = imageSetOf(parts.testImages, classes.test, parts.testLabels.name, transposed);
  checkSizes(
    { name: parts.trainImages.name, shape: train.shape },
    { name: parts.testImages.name, shape: test.shape },
  );
  const pixels = (part: NamedIdx, { images, count }: ImageSet) => ({
    ...{ name: part.name, images, count },
    elements: elementsOf(part),
  });
  const [trainPixels, testPixels] = toByteRange(
    [pixels(parts.trainImages, train), pixels(parts.testImages, test)],
    options,
  );
  const shapes = [train.shape, test.shape];
  const channels = options.channels ?? commonChannels(shapes);
  const reading: Reading = {
    train: trainPixels!.reading,
    test: testPixels!.reading,
    transposed,
    choices: [
      channelsChoice(channels, shapes, options.channels),
      classesChoice(classNames),
      choice,
      ...labelsChoice(parts),
    ],
    leftOut: [],
  };
  warnOfReading(reading, onWarning);
  return {
    ...{ name: options.name, title: options.title, classNames },
    train: imagesWithChannels({ ...train, images: trainPixels!.set.images }, channels),
    test: imagesWithChannels({ ...test, images: testPixels!.set.images }, channels),
    source: { ...options.source, reading },
  };
}

function elementsOf({ array: { elementType } }: NamedIdx): ElementKind {
  return elementType.startsWith("float") ? "floats" : "whole numbers";
}

/**
 * Maps labels to positions of classes. With `classNames`, labels are positions already; otherwise the classes follow from
 * the labels by the same rule as for tables, so that EMNIST's letters, 1 to 26, are 26 classes.
 *
 * @throws HeddleError at the first label that belongs to no class
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
  const distinct = new Set<number>(train.labels);
  for (const label of test.labels) distinct.add(label);
  const names = classesOf([...distinct].map(String), train.name);
  const labels = { train: positionsOf(train.labels, names), test: positionsOf(test.labels, names) };
  if (names[0] !== "0") onWarning(`The smallest label is ${names[0]}: there is no class 0.`);
  warnOfEmptyClasses({ classNames: names, ...labels }, onWarning);
  return { classNames: names, ...labels };
}

function imageSetOf(images: NamedIdx, labels: Labels, labelsName: string, transposed: boolean): ImageSet {
  const [count, first, second, channels] = imageSizes(images.name, images.array.shape);
  checkCounts({ name: images.name, count }, { name: labelsName, count: labels.length });
  const pixels = pixelsOf(images);
  if (!transposed) return { images: pixels, labels, count, shape: [first, second, channels] };
  exchangeAxes(pixels, count, first, second, channels);
  return { images: pixels, labels, count, shape: [second, first, channels] };
}

/** The sizes of a file of images; throws a HeddleError if they cannot be those of images. */
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

/** A file and how many images or labels it holds. */
interface Counted {
  readonly name: string;
  readonly count: number;
}

/** Checks that there is one label for each image. */
export function checkCounts(images: Counted, labels: Counted): void {
  if (images.count === labels.count) return;
  throw new HeddleError({
    who: labels.name,
    expected: `${images.count} labels, one for each image of ${images.name}`,
    received: String(labels.count),
    next: "Use both files of the same split of the same dataset.",
  });
}

/** The pixels of images: bytes in place, all other numbers as 32-bit floats. */
export function pixelsOf({ name, array: { data } }: NamedIdx): Uint8Array | Float32Array {
  if (data instanceof Uint8Array) return data;
  const pixels = data instanceof Float32Array ? data : allocateSharedFloats(data.length);
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

/** How many numbers QMNIST has for each image: its class, and then where the digit came from. */
const QMNIST_NUMBERS = 8;

/** Whether a file holds the numbers of QMNIST, `[N, 8]`, or one label a row, `[N, 1]`. */
function isTable({ shape }: IdxArray): boolean {
  return shape.length === 2 && (shape[1] === QMNIST_NUMBERS || shape[1] === 1);
}

function labelsChoice({ trainLabels: { array } }: IdxDatasetParts): readonly ReadingChoice[] {
  if (!isTable(array) || array.shape[1] === 1) return [];
  return [{ about: "label", choice: `the first of ${QMNIST_NUMBERS} numbers, as QMNIST has it` }];
}

/** The labels of a file, which must be whole numbers: `[N]`, or the first of each row of QMNIST. */
export function labelsOf({ name, array }: NamedIdx): Labels {
  if (isTable(array)) {
    const [count, width] = array.shape as readonly [number, number];
    const data = Int32Array.from({ length: count }, (_, image) => array.data[image * width]!);
    return labelsOf({ name, array: { elementType: "int32", shape: [count], data } });
  }
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

/** Checks that all labels are from 0 to `end - 1`. */
function checkLabels({ name, labels }: NamedLabels, end: number, what: string): void {
  for (let index = 0; index < labels.length; index++) {
    const label = labels[index]!;
    if (label < 0 || label >= end) throw labelError(name, what, label, index);
  }
}

/** The position of each label's class; the same array if every class is at its own number. */
function positionsOf(labels: Labels, names: readonly string[]): Labels {
  if (names.every((name, position) => name === String(position))) return labels;
  const positions = new Map(names.map((name, position) => [Number(name), position]));
  const result = emptyLabels(labels.length, names.length);
  for (let image = 0; image < labels.length; image++) result[image] = positions.get(labels[image]!)!;
  return result;
}

function labelError(name: string, expected: string, label: number, index: number): HeddleError {
  const next = "Check that these labels belong to this dataset.";
  return new HeddleError({ who: name, expected, received: `label ${label} at image ${index}`, next });
}
