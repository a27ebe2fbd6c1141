import type { Dataset, ImageSet } from "../dataset.js";

/** Labelled images that stay on disk: labels are in memory, images are read a chunk at a time. */
export interface StreamedSet {
  /** `[N]`: the class of each image, in the order of the files. */
  readonly labels: Uint8Array | Int32Array;
  /** N. */
  readonly count: number;
  /** `[H, W, C]`. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** The first `count` images, or all if there are fewer. */
  first(count: number): StreamedSet;
  /** One pass in the order of the files. Requesting the next chunk overwrites the previous one. */
  inOrder(): AsyncGenerator<ImageSet>;
  /** One pass in the order determined by a seed and the number of the pass. Chunks are overwritten likewise. */
  shuffled(seed: number, pass: number): AsyncGenerator<ImageSet>;
  /** The images at some positions, in the order of `places`. */
  at(places: readonly number[]): Promise<ImageSet>;
}

/** A dataset whose images stay on disk. */
export type StreamedDataset = Dataset<StreamedSet>;
