import { HeddleError } from "../base/errors.js";
import { allocateShared } from "../base/memory.js";
import { sizeOf } from "../base/shape.js";
import type { DroppedSummary, MissingRule } from "./dropped-rows.js";

/**
 * Labelled images: what `fit`, `evaluate` and `predict` take.
 *
 * Letters: N images, H rows, W columns, C channels.
 */
export interface ImageSet {
  /** `[N, H, W, C]`, row-major; bytes 0..255 as files hold them, or floats as they are. */
  readonly images: Uint8Array | Float32Array;
  /** `[N]`: the class of each image, 0 … classes-1. */
  readonly labels: Uint8Array | Int32Array;
  /** N. */
  readonly count: number;
  /** `[H, W, C]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** The forms in which data lies on disk. */
export const dataForms = ["idx", "csv", "npz", "images"] as const;
export type DataForm = (typeof dataForms)[number];

/** How data is read, where it is not IDX; a run keeps it. */
export interface FormOptions {
  /** What is done with rows in which a pixel is missing; by default they are dropped and reported. */
  readonly missing?: MissingRule | undefined;
  /** Size that pictures of a folder are scaled to; by default they must be alike. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Shape of images in a table; by default what its header says, else a square. */
  readonly shape?: readonly [height: number, width: number, channels: number] | undefined;
}

/** How a test split is held out where the data has none. */
export interface HoldOut {
  /** The share of each class that becomes test images, above 0 and below 1; by default one sixth. */
  readonly fraction: number;
  readonly seed: number;
}

/** Where a dataset came from, as a run records it. */
export interface DatasetSource {
  /** `"files"`: read from disk (`path` says where); `"generated"`: drawn by code from `seed`. */
  readonly kind: "files" | "generated";
  readonly path?: string;
  readonly seed?: number;
  /** What the files are; IDX where it is absent. */
  readonly form?: DataForm;
  /** How they were read; absent where nothing was asked for. */
  readonly options?: FormOptions;
  /** How the test split was held out; absent where the data has its own. */
  readonly split?: HoldOut;
  /** What was left out; absent where every row was read. */
  readonly dropped?: DroppedSummary;
  /** The files that were read, with their checksums in hexadecimal; for pictures one entry a class's folder. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** A training and a test split over the same classes. */
export interface Dataset {
  /** Short name, as typed on the command line: `fashion-mnist`. */
  readonly name: string;
  /** Name for titles: `Fashion-MNIST`. */
  readonly title: string;
  /** Display name of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  readonly train: ImageSet;
  readonly test: ImageSet;
  readonly source: DatasetSource;
}

/** The first `count` images of a set, sharing its memory. */
export function firstImages(set: ImageSet, count: number): ImageSet {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new HeddleError({
      who: "Number of images",
      expected: "a whole number of at least 1",
      received: String(count),
      next: "Give how many images to keep.",
    });
  }
  if (count >= set.count) return set;
  const [height, width, channels] = set.shape;
  return {
    images: set.images.subarray(0, count * height * width * channels),
    labels: set.labels.subarray(0, count),
    count,
    shape: set.shape,
  };
}

/** The images at some positions of a set, in that order, as a set of their own. */
export function imagesAt(set: ImageSet, positions: ArrayLike<number>): ImageSet {
  const size = sizeOf(set.shape);
  const count = positions.length;
  const images =
    set.images instanceof Uint8Array
      ? new Uint8Array(allocateShared(count * size))
      : new Float32Array(allocateShared(count * size * Float32Array.BYTES_PER_ELEMENT));
  const labels = set.labels instanceof Uint8Array ? new Uint8Array(count) : new Int32Array(count);
  for (let to = 0; to < count; to++) {
    const from = positions[to]!;
    images.set(set.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = set.labels[from]!;
  }
  return { images, labels, count, shape: set.shape };
}
