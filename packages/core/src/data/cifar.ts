import { HeddleError } from "../base/errors.js";
import { allocateShared } from "../base/memory.js";
import { type Pickled, pickledArray, pickledText, readPickle } from "../formats/pickle.js";
import { checkSize, type ImageShape } from "./image-shape.js";
import type { LabelledImages } from "./labelled-images.js";

/** The images of CIFAR-10 and CIFAR-100. */
const SHAPE: ImageShape = [32, 32, 3];
const PIXELS = 32 * 32;
const VALUES = 3 * PIXELS;

/** A file of CIFAR: images plane by plane, red, green and blue, and a label each. */
export interface CifarBatch {
  /** `[N, 3, 32, 32]`, plane by plane; parts of larger rows, one each. */
  readonly images: readonly Uint8Array[];
  readonly labels: readonly number[];
}

/**
 * Reads a file of CIFAR's binary version: rows of one label (CIFAR-10) or two, the coarse and the fine one (CIFAR-100), and
 * 3,072 pixel values.
 *
 * @param labels how many labels a row has
 * @throws HeddleError if the file is not a whole number of rows
 */
export function readCifarBinary(bytes: Uint8Array, name: string, labels: 1 | 2): CifarBatch {
  const row = labels + VALUES;
  const count = bytes.length / row;
  if (count === 0 || !Number.isSafeInteger(count)) {
    throw new HeddleError({
      who: name,
      expected: `rows of ${row} bytes`,
      received: `${bytes.length} bytes`,
      next: "The file is truncated; download or copy it again.",
    });
  }
  const starts = Array.from({ length: count }, (_, image) => image * row);
  return {
    images: starts.map((start) => bytes.subarray(start + labels, start + row)),
    labels: starts.map((start) => bytes[start + labels - 1]!),
  };
}

/**
 * Reads a file of CIFAR's Python version, a pickle, without executing any of it. Of CIFAR-100's labels the fine ones count.
 *
 * @throws HeddleError if it is no pickle of such images, or asks for anything to be called
 */
export function readCifarPickle(bytes: Uint8Array, name: string): CifarBatch {
  const fields = readPickle(bytes, name);
  const field = (key: string): Pickled | undefined => (fields instanceof Map ? fields.get(key) : undefined);
  const labels = field("fine_labels") ?? field("labels");
  const data = pickledArray(field("data"));
  const [count = 0] = data?.shape ?? [];
  const isBatch =
    data?.descr === "|u1" &&
    data.shape.join() === `${count},${VALUES}` &&
    data.bytes.length === count * VALUES &&
    !data.fortran &&
    Array.isArray(labels) &&
    labels.length === count &&
    labels.every((label) => Number.isSafeInteger(label) && label >= 0) &&
    count > 0;
  if (!isBatch) {
    const keys = fields instanceof Map ? [...fields.keys()].slice(0, 6).join(", ") : "no dictionary";
    throw new HeddleError({
      who: name,
      expected: `a dictionary with data, rows of ${VALUES} bytes, and labels, one each`,
      received: keys || "an empty one",
      next: "Choose the folder with the files of CIFAR-10 or CIFAR-100, as published.",
    });
  }
  return {
    images: Array.from({ length: count }, (_, image) =>
      data.bytes.subarray(image * VALUES, (image + 1) * VALUES),
    ),
    labels: labels as number[],
  };
}

/** The names of the classes in CIFAR's `batches.meta` or `meta`; undefined if it has none. */
export function cifarClassNames(bytes: Uint8Array, name: string): readonly string[] | undefined {
  const fields = readPickle(bytes, name);
  const names =
    fields instanceof Map ? (fields.get("fine_label_names") ?? fields.get("label_names")) : undefined;
  const texts = Array.isArray(names) ? names.map((text) => pickledText(text) ?? "") : [];
  return texts.length > 0 && texts.every((text) => text !== "") ? texts : undefined;
}

/** Batches as one split, with the colours of a pixel next to each other. */
export function joinCifar(batches: readonly CifarBatch[], name: string): LabelledImages {
  const rows = batches.flatMap(({ images }) => images);
  checkSize(name, rows.length, SHAPE);
  const images = new Uint8Array(allocateShared(rows.length * VALUES));
  rows.forEach((row, image) => {
    const start = image * VALUES;
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      images[start + 3 * pixel] = row[pixel]!;
      images[start + 3 * pixel + 1] = row[PIXELS + pixel]!;
      images[start + 3 * pixel + 2] = row[2 * PIXELS + pixel]!;
    }
  });
  const labels = batches.flatMap((batch) => batch.labels);
  const labelTexts = [...new Set(labels)].sort((a, b) => a - b).map(String);
  const positions = new Map(labelTexts.map((text, position) => [text, position]));
  return {
    name,
    images,
    shape: SHAPE,
    count: rows.length,
    labelTexts,
    labels: Int32Array.from(labels, (label) => positions.get(String(label))!),
  };
}
