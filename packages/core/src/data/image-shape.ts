import { HeddleError } from "../base/errors.js";
import { type Shape, sameShape } from "../base/shape.js";

/** The shape of an image: `[H, W, C]`. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** The most channels of an image: red, green, blue and opacity. */
export const MAXIMUM_CHANNELS = 4;

/** Beyond this, JavaScript engines differ in what they allocate. */
const MAXIMUM_VALUES = 2 ** 31 - 1;

/**
 * Checks that `count` images of a shape fit into one array.
 *
 * @param name the file's path, for errors
 */
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

/** Checks that the images of both splits have one shape; each split comes with the name that errors use. */
export function checkShapes(
  train: { readonly name: string; readonly shape: Shape },
  test: { readonly name: string; readonly shape: Shape },
): void {
  if (sameShape(train.shape, test.shape)) return;
  throw new HeddleError({
    who: test.name,
    expected: `images of ${train.shape.join(" × ")} as in ${train.name}`,
    received: test.shape.join(" × "),
    next: "Use both splits of the same dataset.",
  });
}

/** Checks that the images of both splits have one height and width; their channels may differ. */
export function checkSizes(...splits: Parameters<typeof checkShapes>): void {
  const [train, test] = splits.map(({ shape }) => shape.slice(0, 2));
  if (!sameShape(train!, test!)) checkShapes(...splits);
}

/**
 * The shape of images that are stored as rows of values: `declared` if it is set, otherwise a grey square, otherwise a
 * square of three channels.
 *
 * @param name the file's path, for errors
 * @param values how many values a row has
 * @param next what to do if they do not make up a square
 * @throws HeddleError if the values do not make up such an image
 */
export function shapeOfRow(
  name: string,
  values: number,
  declared?: ImageShape,
  next = "Set `shape` to the height, width and channels of an image.",
): ImageShape {
  if (declared) {
    const [height, width, channels] = declared;
    if (height * width * channels === values && channels <= MAXIMUM_CHANNELS) return declared;
    throw new HeddleError({
      who: name,
      expected: `${height * width * channels} values per image for the shape ${declared.join(" × ")}`,
      received: `${values} values per image`,
      next: "Correct `shape`.",
    });
  }
  const square = squareOf(values);
  if (square) return square;
  throw new HeddleError({
    who: name,
    expected: "square images, or a shape",
    received: `${values} values per image`,
    next,
  });
}

/** True if so many values make up an image: of the shape `declared` if it is set, otherwise a square. */
export function isRowOfImage(values: number, declared?: ImageShape): boolean {
  return declared ? values === declared[0] * declared[1] * declared[2] : squareOf(values) !== undefined;
}

/** A grey square of so many values, otherwise one of three channels; `undefined` if there is none. */
export function squareOf(values: number): ImageShape | undefined {
  for (const channels of [1, 3]) {
    const side = Math.round(Math.sqrt(values / channels));
    if (side > 0 && side * side * channels === values) return [side, side, channels];
  }
  return undefined;
}

/** Parses `28x28` or `32x32x3`; `undefined` for anything else. */
export function parseShape(text: string): ImageShape | undefined {
  const match = /^(\d{1,5})x(\d{1,5})(?:x([1-4]))?$/i.exec(text.trim());
  if (!match) return undefined;
  const [height, width, channels] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 1)];
  return height > 0 && width > 0 ? [height, width, channels] : undefined;
}

/** Parses a height and a width, `28x20`; `undefined` for anything else. */
export function parseSize(text: string): readonly [height: number, width: number] | undefined {
  const shape = /x.*x/i.test(text) ? undefined : parseShape(text);
  return shape && [shape[0], shape[1]];
}
