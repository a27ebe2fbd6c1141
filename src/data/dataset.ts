import { HeddleError } from "../base/errors.js";

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

/** Where a dataset came from, as a run records it. */
export interface DatasetSource {
  /** `"files"`: read from disk (`path` says where); `"generated"`: drawn by code from `seed`. */
  readonly kind: "files" | "generated";
  readonly path?: string;
  readonly seed?: number;
  /** The files that were read, with their checksums in hexadecimal. */
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
