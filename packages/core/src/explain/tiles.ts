import { type Shape, sizeOf } from "../base/shape.js";

/** Small pictures of the same size with one value for each pixel, which may be NaN for none. */
export interface Tiles {
  readonly height: number;
  readonly width: number;
  readonly count: number;
  /** `[count, height, width]`. */
  readonly values: Float32Array;
}

/** The longest row for a value that is not an image. */
const ROW = 64;

/**
 * A value as pictures: one for each channel of `[H, W, C]`; any other shape as one picture with rows of at most 64.
 *
 * @param limit the most pictures: the first channels
 */
export function tilesOf(values: Float32Array, shape: Shape, limit = Number.POSITIVE_INFINITY): Tiles {
  const [height, width, channels] = shape;
  if (shape.length !== 3 || height === undefined || width === undefined || channels === undefined) {
    return rowsOf(values, sizeOf(shape));
  }
  const count = Math.min(channels, limit);
  const pixels = height * width;
  const tiles = new Float32Array(count * pixels);
  for (let channel = 0; channel < count; channel++) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      tiles[channel * pixels + pixel] = values[pixel * channels + channel]!;
    }
  }
  return { height, width, count, values: tiles };
}

/** The smallest and the largest value, without NaN. */
export function rangeOf(values: Float32Array): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return { low, high };
}

function rowsOf(values: Float32Array, size: number): Tiles {
  const width = Math.min(size, ROW);
  const height = Math.ceil(size / width);
  const padded = new Float32Array(height * width).fill(Number.NaN);
  padded.set(values);
  return { height, width, count: 1, values: padded };
}
