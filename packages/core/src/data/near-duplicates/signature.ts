import { cosTurns } from "../../base/math.js";
import type { ImageSet } from "../dataset.js";

/** How many low frequencies of the cosine transform are kept along each side. */
const FREQUENCIES = 6;

/** The upper left corner of a part of an image. */
export type Corner = readonly [top: number, left: number];

/**
 * Turns parts of images into points on the unit sphere, so that brightness and contrast do not matter and noise matters
 * little: blurs by 1-2-1 along rows and columns, subtracts the mean and divides by the length.
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
   * @param shape the shape of the parts, `[H, W, C]`
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
   * Writes the point of a part of one image to `out`, `[H·W·C]`.
   *
   * @returns the contrast, which is the length before scaling; for a part of a single tone it is 0, and `out` holds zeros
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
    // Rounding leaves a remainder in a part of a single tone.
    const contrast = largest > 1e-9 * Math.max(1, Math.abs(mean)) && Number.isFinite(length) ? length : 0;
    for (let at = 0; at < size; at++) out[at] = contrast === 0 ? 0 : out[at]! / contrast;
    return contrast;
  }

  /**
   * Writes the coordinates of a point along the lowest frequencies to `out`, from `offset` on. The directions are
   * orthonormal, so two points are never further apart here than in full.
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
        // The mean is already zero.
        if (frequency === 0 && downFrequency === 0) return;
        let sum = 0;
        for (let row = 0; row < height; row++) sum += scratch[row]! * down[row]!;
        out[to++] = sum;
      });
    });
  }

  /** Blurs a part, whose border repeats outside it. */
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

/** The lowest frequencies of the orthonormal cosine transform (DCT-II) of a given length. */
function cosines(length: number): readonly Float64Array[] {
  return Array.from({ length: Math.min(FREQUENCIES, length) }, (_, frequency) => {
    const scale = Math.sqrt((frequency === 0 ? 1 : 2) / length);
    return Float64Array.from(
      { length },
      (_, at) => scale * cosTurns((frequency * (2 * at + 1)) / (4 * length)),
    );
  });
}
