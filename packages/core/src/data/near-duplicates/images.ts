import type { ImageSet } from "../dataset.js";
import type { Corner, Signatures } from "./signature.js";

/** An image of one of several sets, each counted from 0. */
export interface ImagePlace {
  readonly set: number;
  readonly index: number;
}

/** Parts of all images as points. Letters: N images. */
export interface Projection {
  /** `[N, dimensions]`: their coordinates along the lowest frequencies. */
  readonly points: Float32Array;
  /** `[N]`: 0 for a part of one tone. */
  readonly contrasts: Float64Array;
}

/** Several sets as one row of images. */
export class ImageRow {
  readonly shape: ImageSet["shape"];
  readonly count: number;
  private readonly size: number;

  constructor(private readonly sets: readonly ImageSet[]) {
    this.shape = sets[0]!.shape;
    this.count = sets.reduce((sum, { count }) => sum + count, 0);
    this.size = this.shape[0] * this.shape[1] * this.shape[2];
  }

  place(image: number): ImagePlace {
    let index = image;
    let set = 0;
    while (index >= this.sets[set]!.count) index -= this.sets[set++]!.count;
    return { set, index };
  }

  /** The point of an image's part in full, written to `out`, which it returns. */
  point(signatures: Signatures, image: number, corner: Corner, out: Float64Array): Float64Array {
    const { set, index } = this.place(image);
    signatures.point(this.sets[set]!, index, corner, out);
    return out;
  }

  /** The parts at one corner of all images. */
  async project(
    signatures: Signatures,
    corner: Corner,
    pace: (done: number) => Promise<void>,
  ): Promise<Projection> {
    const { dimensions, size } = signatures;
    const points = new Float32Array(this.count * dimensions);
    const contrasts = new Float64Array(this.count);
    const point = new Float64Array(size);
    for (let image = 0; image < this.count; image++) {
      await pace(image);
      const { set, index } = this.place(image);
      contrasts[image] = signatures.point(this.sets[set]!, index, corner, point);
      signatures.project(point, points, image * dimensions);
    }
    return { points, contrasts };
  }

  equal(a: number, b: number): boolean {
    const [first, second] = [this.pixels(a), this.pixels(b)];
    return first.every((value, at) => value === second[at]);
  }

  private pixels(image: number): ImageSet["images"] {
    const { set, index } = this.place(image);
    return this.sets[set]!.images.subarray(index * this.size, (index + 1) * this.size);
  }
}
