import type { ImageSet } from "@heddle/core/data";

/** An image of a set as a browser draws it: grey or colours, with or without opacity. */
export function imageData(set: ImageSet, image: number): ImageData {
  const [height, width, channels] = set.shape;
  const size = height * width;
  const at = image * size * channels;
  const picture = new ImageData(width, height);
  const isGrey = channels < 3;
  const hasOpacity = channels % 2 === 0;
  for (let pixel = 0; pixel < size; pixel++) {
    const from = at + pixel * channels;
    for (let part = 0; part < 3; part++)
      picture.data[4 * pixel + part] = set.images[from + (isGrey ? 0 : part)]!;
    picture.data[4 * pixel + 3] = hasOpacity ? set.images[from + channels - 1]! : 255;
  }
  return picture;
}
