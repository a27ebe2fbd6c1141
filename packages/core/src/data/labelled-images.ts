import { HeddleError } from "../base/errors.js";
import type { DroppedRows } from "./dropped-rows.js";

/** `[H, W, C]`. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/**
 * Images with labels as a file or a folder gives them: numbers or names, not yet classes.
 *
 * Letters: N images, H rows, W columns, C channels.
 */
export interface LabelledImages {
  /** Where they come from, for the errors: a file's path. */
  readonly name: string;
  /** `[N, H, W, C]`, row-major; bytes when every value is a whole number from 0 to 255, floats otherwise. */
  readonly images: Uint8Array | Float32Array;
  readonly shape: ImageShape;
  /** N. */
  readonly count: number;
  /** The different labels as text, each once. */
  readonly labelTexts: readonly string[];
  /** `[N]`: the position of each image's label in `labelTexts`. */
  readonly labels: Int32Array;
}

/** Images as they were read, and what was left out. */
export interface ReadImages {
  readonly images: LabelledImages;
  readonly dropped: DroppedRows;
}

/** Engines differ in what they allocate beyond. */
const MAXIMUM_VALUES = 2 ** 31 - 1;

/** @throws HeddleError when so many images of that size would not fit into one array */
export function checkSize(name: string, count: number, shape: ImageShape): void {
  const [height, width, channels] = shape;
  if (count * height * width * channels <= MAXIMUM_VALUES) return;
  throw new HeddleError({
    who: name,
    expected: `at most ${MAXIMUM_VALUES} values`,
    received: `${count} images of ${shape.join(" × ")}`,
    next: "Split the data into smaller parts, or scale the images down.",
  });
}

/** The most channels of an image: red, green, blue and transparency. */
export const MAXIMUM_CHANNELS = 4;

/**
 * The shape of images whose values stand in one row: what `declared` says, else a grey square, else a square
 * of three channels.
 *
 * @param name who complains: the file's path
 * @param values how many values an image has
 * @throws HeddleError when the values do not make up such an image
 */
export function shapeOfRow(name: string, values: number, declared?: ImageShape): ImageShape {
  if (declared) {
    const [height, width, channels] = declared;
    if (height * width * channels === values && channels <= MAXIMUM_CHANNELS) return declared;
    throw new HeddleError({
      who: name,
      expected: `${height * width * channels} values an image, as ${declared.join(" × ")} says`,
      received: `${values} values an image`,
      next: "Correct --shape.",
    });
  }
  for (const channels of [1, 3]) {
    const side = Math.round(Math.sqrt(values / channels));
    if (side > 0 && side * side * channels === values) return [side, side, channels];
  }
  throw new HeddleError({
    who: name,
    expected: "square images, or a shape",
    received: `${values} values an image`,
    next: "Give the shape: --shape HEIGHTxWIDTHxCHANNELS.",
  });
}

/** Reads `28x28` or `32x32x3`; `undefined` for anything else. */
export function parseShape(text: string): ImageShape | undefined {
  const match = /^(\d{1,5})x(\d{1,5})(?:x([1-4]))?$/i.exec(text.trim());
  if (!match) return undefined;
  const [height, width, channels] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  return height > 0 && width > 0 ? [height, width, channels] : undefined;
}

/** Reads `28x20`: height and width; undefined for anything else. */
export function parseSize(text: string): readonly [height: number, width: number] | undefined {
  const shape = /x.*x/i.test(text) ? undefined : parseShape(text);
  return shape && [shape[0], shape[1]];
}
