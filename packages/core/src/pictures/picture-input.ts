import { withChannels } from "../base/channels.js";
import { HeddleError } from "../base/errors.js";
import { channelsOf, type RawPicture } from "./raw-picture.js";
import { resizePicture } from "./resize-picture.js";

/** The shape of the images that a model takes. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green and blue, plus 1 for opacity. */
  readonly channels: number;
}

/** A picture as input for a model. */
export interface Picture {
  /** `[H, W, C]`, 0..255. */
  readonly pixels: Uint8Array;
  /** True if light and dark were exchanged, because the picture's background was light. */
  readonly inverted: boolean;
  /** True if all pixels are the same: the picture shows nothing. */
  readonly empty: boolean;
}

/**
 * A picture as a model's input: the whole picture, scaled to fit without stretching, and centred on its own background
 * colour. Unless the model takes opacity, transparent parts become white, or black behind a light thing. A grey picture
 * with a light background is inverted if `invert` is true. Colours are never inverted.
 *
 * @throws HeddleError when the picture's data does not fit its size, or the model takes more than four channels
 */
export function pictureInput(
  picture: RawPicture,
  shape: PictureShape,
  { invert }: { readonly invert: boolean },
): Picture {
  checkChannels("Picture", shape);
  const { data, width, height } = picture;
  const own = { data: withChannels(data, channelsOf(picture), shape.channels), width, height };
  const { pixels, background } = fitPicture(own, shape);
  const inverted = invert && shape.channels === 1 && background[0]! > 127;
  // 255 - value is the same as value ^ 255 for a byte.
  if (inverted) for (let at = 0; at < pixels.length; at++) pixels[at]! ^= 255;
  const { channels } = shape;
  return { pixels, inverted, empty: pixels.every((value, at) => value === pixels[at % channels]) };
}

/** Checks that pictures can have so many channels; in the name of `who`. */
export function checkChannels(who: string, { channels }: PictureShape): void {
  if ([1, 2, 3, 4].includes(channels)) return;
  throw new HeddleError({
    who,
    expected: "a model that takes 1 to 4 channels: grey or colours, with or without opacity",
    received: `one that takes ${channels}`,
    next: "Pass the data as an array instead.",
  });
}

/** Scales a picture to fit a size without stretching it, and centres it on its own background colour. */
export function fitPicture(
  picture: RawPicture,
  to: { readonly height: number; readonly width: number },
): { readonly pixels: Uint8Array; readonly background: readonly number[] } {
  const scale = Math.min(to.height / picture.height, to.width / picture.width);
  const scaled = resizePicture(
    picture,
    Math.max(1, Math.round(picture.height * scale)),
    Math.max(1, Math.round(picture.width * scale)),
  );
  const background = backgroundOf(scaled);
  return { pixels: centre(scaled, to, background), background };
}

/** The background colour of a picture, channel by channel. */
function backgroundOf(picture: RawPicture): readonly number[] {
  return Array.from({ length: channelsOf(picture) }, (_, channel) => borderMedian(picture, channel));
}

/** The median of one channel over the outermost rows and columns. */
function borderMedian(picture: RawPicture, channel: number): number {
  const { data, height, width } = picture;
  const channels = channelsOf(picture);
  const border: number[] = [];
  for (let row = 0; row < height; row++) {
    const step = row === 0 || row === height - 1 ? 1 : Math.max(1, width - 1);
    for (let column = 0; column < width; column += step) {
      border.push(data[(row * width + column) * channels + channel]!);
    }
  }
  border.sort((a, b) => a - b);
  return border[border.length >> 1]!;
}

/** Centres a picture on a canvas of one colour. */
function centre(
  { data, height, width }: RawPicture,
  to: { readonly height: number; readonly width: number },
  background: readonly number[],
): Uint8Array {
  const channels = background.length;
  const pixels = new Uint8Array(to.height * to.width * channels);
  const top = Math.floor((to.height - height) / 2);
  const left = Math.floor((to.width - width) / 2);
  let target = 0;
  for (let row = -top; row < to.height - top; row++) {
    for (let column = -left; column < to.width - left; column++) {
      const inside = row >= 0 && row < height && column >= 0 && column < width;
      const source = (row * width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        pixels[target++] = inside ? data[source + channel]! : background[channel]!;
      }
    }
  }
  return pixels;
}
