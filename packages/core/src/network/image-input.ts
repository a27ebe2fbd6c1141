import { HeddleError } from "../base/errors.js";
import { type Shape, takesShape } from "../base/shape.js";
import { type ImageShape, MAXIMUM_CHANNELS, squareOf } from "../data/image-shape.js";

/**
 * The images that an input takes: `[28, 28, 1]`, `[28, 28]` and `[784]` all take grey ones of 28 × 28. Of plain numbers, a
 * grey square counts, otherwise one of colours.
 *
 * @returns undefined where the input does not tell, as `[560]`, or is no image, as features with 32 channels
 */
export function imageShapeOf(input: Shape): ImageShape | undefined {
  if (input.length === 1) return squareOf(input[0]!);
  const long = input.length === 3 ? input : input.filter((size) => size !== 1);
  const [height, width, channels = 1, ...others] = long;
  if (height === undefined || width === undefined || others.length > 0) {
    return undefined;
  }
  // Axes of size 1 make no difference, so [1, 28, 28] is a grey image too.
  if (channels > MAXIMUM_CHANNELS) return height === 1 ? [width, channels, 1] : undefined;
  return [height, width, channels];
}

/**
 * The images that a model takes.
 *
 * @throws HeddleError when its input is no image
 */
export function imageInputOf({ name, inputShape }: { readonly name: string; readonly inputShape: Shape }) {
  const shape = imageShapeOf(inputShape);
  if (shape) return shape;
  throw new HeddleError({
    who: `Model "${name}"`,
    expected: "one that takes images: [height, width, channels], [height, width] or the numbers of a square",
    received: `one that takes [${inputShape.join(", ")}]`,
    next: "Choose a model of images.",
  });
}

/** The shape that images have once they have the channels that an input takes; their own where nothing fits. */
export function imageShapeFor(input: Shape, own: ImageShape): ImageShape {
  const [height, width, channels] = own;
  const shapes = [channels, 1, 3, 4, 2].map((count): ImageShape => [height, width, count]);
  return shapes.find((shape) => takesShape(input, shape)) ?? own;
}
