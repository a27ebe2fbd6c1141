import { HeddleError } from "../base/errors.js";
import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import { sizeOf } from "../base/shape.js";
import type { DroppedSummary, MissingRule } from "./dropped-rows.js";
import type { Reading } from "./reading.js";
import type { ValueRange } from "./value-range.js";

/**
 * Labelled images: what `fit`, `evaluate` and `predict` take.
 *
 * Letters: N images, H rows, W columns, C channels.
 */
export interface ImageSet {
  /** `[N, H, W, C]`, row-major: bytes 0..255 as stored in files, or floats. */
  readonly images: Uint8Array | Float32Array;
  /** `[N]`: the class of each image, from 0. */
  readonly labels: Uint8Array | Int32Array;
  /** N. */
  readonly count: number;
  /** `[H, W, C]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
}

/** The forms of data on disk. */
export const dataForms = ["idx", "csv", "npz", "images", "cifar", "parquet"] as const;
/** A form of data on disk: IDX files, a CSV, NumPy's arrays, pictures, CIFAR's own files, or pictures in Parquet files. */
export type DataForm = (typeof dataForms)[number];
/** True for data that consists of pictures, which nobody has turned into light things on black. */
export function holdsPictures(form: DataForm | undefined): boolean {
  return form === "images" || form === "parquet" || form === "cifar";
}

/** The forms that data can be written in. */
export const writtenForms = ["idx", "csv", "npz", "images"] as const satisfies readonly DataForm[];
/** A form that data can be written in. */
export type WrittenForm = (typeof writtenForms)[number];

/** How to read data. A run records these options. */
export interface FormOptions {
  /**
   * Whether to exchange rows and columns, because the source stores images on their side, as EMNIST's files do.
   *
   * @defaultValue true for IDX files and tables named as EMNIST's are published, such as `emnist-letters-train.csv`
   */
  readonly transpose?: boolean | undefined;
  /**
   * The range that pixel values span in the source, of every split: `"0..1"`, `"-1..1"`, `"0..4095"`. It is brought to
   * 0..255; values outside it are an error.
   *
   * @defaultValue floats from 0 to 1 span `"0..1"`; all other values stay as they are
   */
  readonly range?: ValueRange | undefined;
  /**
   * How many values each pixel gets, in every split: 1 for grey, 2 for grey and opacity, 3 for colours, 4 for colours and
   * opacity.
   *
   * @defaultValue the fewest that hold all images
   */
  readonly channels?: Channels | undefined;
  /**
   * What to do with damaged rows and pictures.
   *
   * @defaultValue `"drop"`
   */
  readonly missing?: MissingRule | undefined;
  /**
   * The size to which pictures of a folder are scaled.
   *
   * @defaultValue their own size if it is the same for all; otherwise a square with the area of the median picture, and 64 × 64
   *   at most
   */
  readonly size?: readonly [height: number, width: number] | undefined;
  /**
   * How many bits of 16-bit pictures count, from 8 to 16: the highest eight of these become the pixel's byte.
   *
   * @defaultValue as many as the largest value of all pictures needs
   */
  readonly bitDepth?: number | undefined;
  /**
   * The shape of images that are stored as rows.
   *
   * @defaultValue the shape in the header of a table, otherwise a square
   */
  readonly shape?: readonly [height: number, width: number, channels: number] | undefined;
  /**
   * The column of a table that holds the labels: its name, its position from 1, or `"last"`.
   *
   * @defaultValue the column whose name or values tell: see {@link readCsv}
   */
  readonly labelColumn?: string | number | undefined;
  /**
   * The columns of a table to ignore: names or positions from 1.
   *
   * @defaultValue none but those of row numbers and text
   */
  readonly dropColumns?: readonly (string | number)[] | undefined;
  /**
   * What the labels of a table are: with `"names"`, every label is a class; with `"numbers"`, a label that is not a whole
   * number is damage.
   *
   * @defaultValue names, unless most labels are whole numbers and the others occur once or twice
   */
  readonly labels?: LabelRule | undefined;
  /**
   * The order of the classes: by their numbers, or as text (`1`, `10`, `2`), as Keras orders folders.
   *
   * @defaultValue `"number"` if every label is a number, otherwise `"text"`
   */
  readonly classOrder?: ClassOrder | undefined;
}

/** How many values a pixel may get: grey or colours, with or without opacity. */
export const channelCounts = [1, 2, 3, 4] as const;
/** How many values each pixel gets. */
export type Channels = (typeof channelCounts)[number];

/** The values of `labels`. */
export const labelRules = ["names", "numbers"] as const;
/** What the labels of a table are. */
export type LabelRule = (typeof labelRules)[number];

/** The values of `classOrder`. */
export const classOrders = ["text", "number"] as const;
/** How classes are ordered. */
export type ClassOrder = (typeof classOrders)[number];

/** How to hold out a test split if the data has none. */
export interface HoldOut {
  /** The share of each class that becomes test images, above 0 and below 1. */
  readonly fraction: number;
  /** Decides which images are held out. */
  readonly seed: number;
}

/** Where a dataset came from, as a run records it. */
export interface DatasetSource {
  /** `"files"` if it was read from files, `"generated"` if it was drawn by code. */
  readonly kind: "files" | "generated";
  /** The path of the files. */
  readonly path?: string;
  /** The seed of a generated dataset. */
  readonly seed?: number;
  /** The form of the files; IDX if absent. */
  readonly form?: DataForm;
  /** The options by which they were read; absent if there were none. */
  readonly options?: FormOptions;
  /** How the test split was held out; absent if the data has its own. */
  readonly split?: HoldOut;
  /** How it was read; absent for images that were drawn by code or stay on disk. */
  readonly reading?: Reading;
  /** How many training pictures were read, if not all of them. */
  readonly limit?: number;
  /** Counts of dropped rows; absent if every row was read. */
  readonly dropped?: DroppedSummary;
  /** The files with their SHA-256 in hexadecimal; for pictures, one entry per class folder. */
  readonly files: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/** A training and a test split over the same classes; each an {@link ImageSet} unless `Split` is another type. */
export interface Dataset<Split = ImageSet> {
  /** A short name: `fashion-mnist`. */
  readonly name: string;
  /** The name in titles: `Fashion-MNIST`. */
  readonly title: string;
  /** The name of each class, in the order of the labels. */
  readonly classNames: readonly string[];
  /** The images to train on. */
  readonly train: Split;
  /** The images to measure the result on. */
  readonly test: Split;
  /** Where it came from. */
  readonly source: DatasetSource;
}

/**
 * The first `count` images of a set, or all if there are fewer. Shares the set's memory.
 *
 * @throws HeddleError if `count` is not a whole number of at least 1
 * @example
 * firstImages(dataset.train, 1000).count; // 1000
 */
export function firstImages(set: ImageSet, count: number): ImageSet {
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new HeddleError({
      who: "Number of images",
      expected: "a whole number of at least 1",
      received: String(count),
      next: "Set how many images to keep.",
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

/**
 * A copy of the images at some positions of a set, in the order of `positions`.
 *
 * @example
 * imagesAt(dataset.test, [3, 1]).count; // 2
 */
export function imagesAt(set: ImageSet, positions: ArrayLike<number>): ImageSet {
  const size = sizeOf(set.shape);
  const count = positions.length;
  const images =
    set.images instanceof Uint8Array
      ? new Uint8Array(allocateShared(count * size))
      : allocateSharedFloats(count * size);
  const labels = set.labels instanceof Uint8Array ? new Uint8Array(count) : new Int32Array(count);
  for (let to = 0; to < count; to++) {
    const from = positions[to]!;
    images.set(set.images.subarray(from * size, (from + 1) * size), to * size);
    labels[to] = set.labels[from]!;
  }
  return { images, labels, count, shape: set.shape };
}
