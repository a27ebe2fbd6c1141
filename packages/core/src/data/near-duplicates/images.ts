import type { ImageSet } from "../dataset.js";
import type { Corner, Signatures } from "./signature.js";

/** The position of an image within several sets. */
export interface ImagePlace {
  /** The set, from 0. */
  readonly set: number;
  /** The image within the set, from 0. */
  readonly index: number;
}

/** A part of every image as a point. Letters: N images. */
export interface Projection {
  /** `[N, dimensions]`: coordinates along the lowest frequencies. */
  readonly points: Float32Array;
  /** `[N]`: 0 for a part of a single tone. */
  readonly contrasts: Float64Array;
}

/** Several sets as one list of images. */
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

  /** Writes the full point of a part of an image to `out`, and returns `out`. */
  point(signatures: Signatures, image: number, corner: Corner, out: Float64Array): Float64Array {
    const { set, index } = this.place(image);
    signatures.point(this.sets[set]!, index, corner, out);
    return out;
  }

  /** Projects the part at one corner of every image. */
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
