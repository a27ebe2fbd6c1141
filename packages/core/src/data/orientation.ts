import { allocateShared, allocateSharedFloats } from "../base/memory.js";
import { sizeOf } from "../base/shape.js";
import type { LabelledImages } from "./labelled-images.js";
import type { ReadingChoice } from "./reading.js";

/** Whether rows and columns are exchanged, and what to say about it. */
interface Orientation {
  readonly transposed: boolean;
  readonly choice: ReadingChoice;
}

/** Files of EMNIST as they are published: `emnist-letters-train.csv`, `emnist-mnist-test-images-idx3-ubyte.gz`. */
const PUBLISHED = /^emnist.*(train|test|t10k).*(\.csv|idx\d)/i;

/**
 * Decides whether images lie on their side, as EMNIST publishes them.
 *
 * @param paths the paths of the files that hold the images; their names and those of their folders decide
 * @param transpose the caller's decision, if there is one
 */
export function orientationOf(paths: readonly string[], transpose: boolean | undefined): Orientation {
  const about = "orientation";
  const option = "transpose";
  if (transpose !== undefined) {
    return { transposed: transpose, choice: { about, choice: transpose ? EXCHANGED : AS_STORED, option } };
  }
  const names = paths.flatMap((path) => path.split(/[\\/]/).slice(-2));
  const published = names.find((name) => PUBLISHED.test(name));
  if (published !== undefined) {
    const choice = `${EXCHANGED}, because EMNIST's files store images on their side`;
    // A table of that name may come from somewhere else.
    return { transposed: true, choice: { about, choice, option, warn: /\.csv/i.test(published) } };
  }
  if (!names.some((name) => /emnist/i.test(name))) {
    return { transposed: false, choice: { about, choice: AS_STORED } };
  }
  const choice = `${AS_STORED}, although a name says EMNIST, whose own files store images on their side`;
  return { transposed: false, choice: { about, choice, option, warn: true } };
}

const AS_STORED = "as stored";
const EXCHANGED = "rows and columns exchanged";

/** A copy of images with rows and columns exchanged. */
export function transposed(set: LabelledImages): LabelledImages {
  const [first, second, channels] = set.shape;
  const { length } = set.images;
  const images =
    set.images instanceof Uint8Array ? new Uint8Array(allocateShared(length)) : allocateSharedFloats(length);
  images.set(set.images);
  exchangeAxes(images, set.count, first, second, channels);
  return { ...set, images, shape: [second, first, channels] };
}

/** Exchanges the first two axes of every `[first, second, channels]` image, in place. */
export function exchangeAxes(
  pixels: Uint8Array | Float32Array,
  count: number,
  first: number,
  second: number,
  channels: number,
): void {
  const size = sizeOf([first, second, channels]);
  for (let image = 0; image < count; image++) {
    const original = pixels.slice(image * size, (image + 1) * size);
    let target = image * size;
    for (let column = 0; column < second; column++) {
      for (let row = 0; row < first; row++) {
        const from = (row * second + column) * channels;
        for (let channel = 0; channel < channels; channel++) pixels[target++] = original[from + channel]!;
      }
    }
  }
}
