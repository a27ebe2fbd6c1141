import type { Dataset, ImageSet } from "../dataset.js";

/** Labelled images that stay on disk: their labels are in memory, the images come a chunk at a time. */
export interface StreamedSet {
  /** `[N]`: the class of each image, in the order of the files. */
  readonly labels: Uint8Array | Int32Array;
  /** N. */
  readonly count: number;
  /** `[H, W, C]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The first `count` images. */
  first(count: number): StreamedSet;
  /** One pass in the order of the files. A chunk is overwritten once the next is asked for. */
  inOrder(): AsyncGenerator<ImageSet>;
  /** One pass in the order that the seed and the number of the pass say; likewise. */
  shuffled(seed: number, pass: number): AsyncGenerator<ImageSet>;
  /** Some images, in the order given. */
  at(places: readonly number[]): Promise<ImageSet>;
}

/** Both splits of a dataset on disk. */
export interface StreamedSplits {
  readonly train: StreamedSet;
  readonly test: StreamedSet;
}

/** A dataset that is streamed: all but its images. */
export interface StreamedDataset extends StreamedSplits, Omit<Dataset, "train" | "test"> {}
