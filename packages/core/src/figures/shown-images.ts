import type { ImageSet } from "../data/dataset.js";
import { rangeOf } from "../explain/tiles.js";

/** Images that can be drawn: bytes of 1, 3 or 4 channels. */
export interface ShownImages extends ImageSet {
  readonly images: Uint8Array;
}

/**
 * Images as they are drawn. Floats are stretched, so that the smallest is black and the largest white; two channels
 * are grey with opacity, as in PNG.
 *
 * @param set of 1 to 4 channels
 */
export function shownImages(set: ImageSet): ShownImages {
  const [height, width, channels] = set.shape;
  const bytes = set.images instanceof Uint8Array ? set.images : stretched(set.images, rangeOf(set.images));
  if (channels !== 2) return { ...set, images: bytes };
  const images = new Uint8Array(2 * bytes.length);
  for (let pixel = 0; pixel < bytes.length / 2; pixel++) {
    images.fill(bytes[2 * pixel]!, 4 * pixel, 4 * pixel + 3);
    images[4 * pixel + 3] = bytes[2 * pixel + 1]!;
  }
  return { ...set, images, shape: [height, width, 4] };
}

/** Values as bytes: `low` becomes 0 and `high` 255, values beyond are clipped, and NaN becomes 0. */
export function stretched(
  values: Float32Array,
  { low, high }: { readonly low: number; readonly high: number },
): Uint8Array {
  const scale = high > low ? 255 / (high - low) : 0;
  // Without the limits, a byte array would wrap values around.
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round((value - low) * scale))));
}
