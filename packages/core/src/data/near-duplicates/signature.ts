import { cosTurns } from "../../base/math.js";
import type { ImageSet } from "../dataset.js";

/** Low frequencies of the cosine transform that are kept along each side. */
const FREQUENCIES = 6;

/** The upper left corner of a part of an image. */
export type Corner = readonly [top: number, left: number];

/**
 * Parts of images as points on the unit sphere, so that brightness and contrast do not count and noise counts little:
 * blurred by 1-2-1 along rows and columns, the mean taken away, divided by the length.
 *
 * Letters: H rows and W columns of the part, C channels.
 */
export class Signatures {
  private readonly blurred: Float64Array;
  private readonly scratch: Float64Array;
  private readonly rowCosines: readonly Float64Array[];
  private readonly columnCosines: readonly Float64Array[];

  /**
   * @param image the shape of whole images
   * @param shape `[H, W, C]` of the parts that are looked at
   */
  constructor(
    private readonly image: ImageSet["shape"],
    private readonly shape: ImageSet["shape"],
  ) {
    const [height, width, channels] = shape;
    this.blurred = new Float64Array(height * width * channels);
    this.scratch = new Float64Array(height * width * channels);
    this.rowCosines = cosines(height);
    this.columnCosines = cosines(width);
  }

  /** How many numbers {@link project} writes. */
  get dimensions(): number {
    return this.rowCosines.length * this.columnCosines.length - 1;
  }

  /** H·W·C. */
  get size(): number {
    return this.blurred.length;
  }

  /**
   * The point of a part of one image, written to `out` `[H·W·C]`.
   *
   * @returns the length before it was made 1, which is the contrast; 0, and zeros in `out`, for a part of one tone
   */
  point(set: ImageSet, position: number, corner: Corner, out: Float64Array): number {
    this.blur(set, position, corner);
    const { blurred, size } = this;
    let sum = 0;
    for (let at = 0; at < size; at++) sum += blurred[at]!;
    const mean = sum / size;
    let squares = 0;
    let largest = 0;
    for (let at = 0; at < size; at++) {
      const value = blurred[at]! - mean;
      out[at] = value;
      squares += value * value;
      largest = Math.max(largest, Math.abs(value));
    }
    const length = Math.sqrt(squares);
    // Rounding leaves something of a part of one tone.
    const contrast = largest > 1e-9 * Math.max(1, Math.abs(mean)) && Number.isFinite(length) ? length : 0;
    for (let at = 0; at < size; at++) out[at] = contrast === 0 ? 0 : out[at]! / contrast;
    return contrast;
  }

  /**
   * The coordinates of a point along its lowest frequencies, written to `out` from `offset`. The directions are
   * orthonormal, so that two points are never further apart here than they are in full.
   */
  project(point: Float64Array, out: Float32Array, offset: number): void {
    const [height, width, channels] = this.shape;
    const { rowCosines, columnCosines, scratch } = this;
    const share = 1 / Math.sqrt(channels);
    let to = offset;
    columnCosines.forEach((wave, frequency) => {
      for (let row = 0; row < height; row++) {
        let sum = 0;
        let at = row * width * channels;
        for (let column = 0; column < width; column++) {
          let value = point[at++]!;
          for (let channel = 1; channel < channels; channel++) value += point[at++]!;
          sum += value * wave[column]!;
        }
        scratch[row] = sum * share;
      }
      rowCosines.forEach((down, downFrequency) => {
        // The mean is zero already.
        if (frequency === 0 && downFrequency === 0) return;
        let sum = 0;
        for (let row = 0; row < height; row++) sum += scratch[row]! * down[row]!;
        out[to++] = sum;
      });
    });
  }

  /** What lies outside the part repeats its border. */
  private blur({ images }: ImageSet, position: number, [top, left]: Corner): void {
    const [height, width, channels] = this.shape;
    const { scratch, blurred, image } = this;
    const line = width * channels;
    for (let row = 0; row < height; row++) {
      const first = ((position * image[0] + top + row) * image[1] + left) * channels;
      const last = first + line - channels;
      for (let at = 0; at < line; at++) {
        const here = first + at;
        const before = at < channels ? here : here - channels;
        const after = here >= last ? here : here + channels;
        scratch[row * line + at] = images[before]! + 2 * images[here]! + images[after]!;
      }
    }
    for (let row = 0; row < height; row++) {
      const above = (row === 0 ? 0 : row - 1) * line;
      const below = (row === height - 1 ? row : row + 1) * line;
      for (let at = 0; at < line; at++) {
        const here = row * line + at;
        blurred[here] = (scratch[above + at]! + 2 * scratch[here]! + scratch[below + at]!) / 16;
      }
    }
  }
}

/** The lowest rows of the orthonormal cosine transform (DCT-II) of a length. */
function cosines(length: number): readonly Float64Array[] {
  return Array.from({ length: Math.min(FREQUENCIES, length) }, (_, frequency) => {
    const scale = Math.sqrt((frequency === 0 ? 1 : 2) / length);
    return Float64Array.from(
      { length },
      (_, at) => scale * cosTurns((frequency * (2 * at + 1)) / (4 * length)),
    );
  });
}
