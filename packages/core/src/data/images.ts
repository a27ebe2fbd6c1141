import { type Dataset, firstImages, type ImageSet, imagesAt } from "./dataset.js";
import type { StreamedSet } from "./streams/streamed-set.js";

/** The labelled images of a split, in memory or on disk. Loading decides which; whatever uses them need not ask. */
export interface Images {
  /** `[N]`: the class of each image. */
  readonly labels: ImageSet["labels"];
  /** N. */
  readonly count: number;
  /** `[H, W, C]`. */
  readonly shape: ImageSet["shape"];
  /** What `evaluate` and `predict` take: all images, in the order of `labels`. */
  readonly samples: ImageSet | (() => AsyncIterable<ImageSet>);
  /** The first images, for descriptions and figures: all of them if they are in memory. */
  readonly preview: ImageSet;
  /** All images if they are in memory, undefined if they are on disk. */
  readonly inMemory: ImageSet | undefined;
  /** What `fit` takes: images in memory, which `fit` shuffles, or a stream that shuffles each pass. */
  shuffled(seed: number): ImageSet | ShuffledStream;
  /** The first `count` images, or all if there are fewer. */
  first(count: number): Images;
  /** The images at some positions, in the order of `places`. */
  at(places: readonly number[]): Promise<ImageSet>;
}

/** Passes over images on disk, each in its own order. */
interface ShuffledStream {
  (pass: number): AsyncIterable<ImageSet>;
  /** Images in a pass. */
  readonly count: number;
}

/** How much of the images on disk a preview holds. */
const PREVIEW_BYTES = 8 * 2 ** 20;
/** The fewest images of a preview, if there are as many: the first figure of a report shows 25. */
const PREVIEW_LEAST = 25;

/** Images in memory. */
export function imagesInMemory(set: ImageSet): Images {
  const { labels, count, shape } = set;
  return {
    labels,
    count,
    shape,
    samples: set,
    preview: set,
    inMemory: set,
    shuffled: () => set,
    first: (count) => imagesInMemory(firstImages(set, count)),
    at: async (places) => imagesAt(set, places),
  };
}

/** Images that stay on disk. Reads the first ones as a preview. */
export async function imagesOnDisk(set: StreamedSet): Promise<Images> {
  const [height, width, channels] = set.shape;
  const fitting = Math.max(PREVIEW_LEAST, Math.floor(PREVIEW_BYTES / (height * width * channels)));
  const places = Array.from({ length: Math.min(set.count, fitting) }, (_, place) => place);
  return withPreview(set, await set.at(places));
}

function withPreview(set: StreamedSet, preview: ImageSet): Images {
  const { labels, count, shape } = set;
  return {
    labels,
    count,
    shape,
    samples: () => set.inOrder(),
    preview,
    inMemory: undefined,
    shuffled: (seed) => Object.assign((pass: number) => set.shuffled(seed, pass), { count }),
    first: (count) => withPreview(set.first(count), firstImages(preview, count)),
    at: (places) => set.at(places),
  };
}

/** A dataset in memory, with its splits as {@link Images}. */
export function datasetInMemory(dataset: Dataset): Dataset<Images> {
  return { ...dataset, train: imagesInMemory(dataset.train), test: imagesInMemory(dataset.test) };
}

/** A dataset of the first images of each split: all of them if they are in memory. */
export function previewOf(dataset: Dataset<Images>): Dataset {
  return { ...dataset, train: dataset.train.preview, test: dataset.test.preview };
}
