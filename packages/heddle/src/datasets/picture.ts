import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { checkFile, readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import type { Metadata, Sharp } from "sharp";

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
}

const MAXIMUM_FILE_BYTES = 64 * 1024 * 1024;
const MAXIMUM_PIXELS = 64_000_000;

/** The usual formats of pictures, without those that are programs, such as SVG. */
const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** How files of these formats begin; `.` is any byte. No other file reaches the decoders. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n.\n|GIF8|RIFF....WEBP|II[*+]\0|MM\0[*+]|....ftyp)/s;

/**
 * Reads a picture as a model's input: the whole picture, scaled to fit without stretching, and centred on its own
 * background colour. Transparent parts become white unless the model takes opacity. A grey picture with a light
 * background is inverted, because grey datasets such as MNIST show light things on black. Colours are never inverted.
 *
 * @param path a JPEG, PNG, WebP, GIF, TIFF or AVIF file of at most 64 MiB and 64 megapixels
 * @param shape the shape of the model's images
 * @param options.invert false for a model that was trained on pictures as they are; true by default
 * @throws HeddleError if the file cannot be read, is not a picture, or is too large
 * @example
 * const { pixels } = await readPicture("boot.jpg", { height: 28, width: 28, channels: 1 });
 * pixels.length; // 784
 */
export async function readPicture(
  path: string,
  shape: PictureShape,
  options: { readonly invert?: boolean } = {},
): Promise<Picture> {
  const { height, width, channels } = shape;
  if (![1, 2, 3, 4].includes(channels)) {
    throw new HeddleError({
      who: path,
      expected: "a model that takes 1 to 4 channels: grey or colours, with or without opacity",
      received: `one that takes ${channels}`,
      next: "Pass the data as an array instead.",
    });
  }
  const bytes = await readLimited(path);
  const { data, info } = await decode(path, bytes, (picture) => {
    // Cameras store the orientation separately from the pixels.
    const upright = picture.autoOrient();
    const opaque = channels % 2 === 0 ? upright.ensureAlpha() : upright.flatten({ background: "white" });
    return (
      opaque
        .resize({ height, width, fit: "inside" })
        // Sharp would drop the opacity of a grey picture.
        .toColourspace(channels === 1 ? "b-w" : "srgb")
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true })
    );
  });
  const own = channels === 2 && info.channels === 4 ? greyAndOpacity(data) : data;
  if (own.length !== info.height * info.width * channels) {
    throw notAPicture(path, `a picture of ${info.channels} channels`);
  }
  const from = { height: info.height, width: info.width, channels };
  const background = backgroundOf(own, from);
  const inverted = (options.invert ?? true) && channels === 1 && background[0]! > 127;
  const pixels = centre(own, from, shape, background);
  // 255 - value is the same as value ^ 255 for a byte.
  if (inverted) for (let index = 0; index < pixels.length; index++) pixels[index]! ^= 255;
  return { pixels, inverted };
}

/** A picture as it is, for training data. */
export interface PlainPicture extends PictureShape {
  /** `[H, W, C]`: grey, or red, green and blue, possibly with opacity. */
  readonly pixels: Uint8Array;
  /** True if any pixel is not fully opaque. */
  readonly transparent: boolean;
}

/**
 * Decodes a picture with its own channels, in its own size or scaled to fit `size` without stretching, centred on its
 * own background colour. Nothing is inverted.
 *
 * @param path the file's path, for errors
 * @param bytes the file's contents
 * @throws HeddleError if they are not a whole picture, or it is too large
 */
export async function decodePicture(
  path: string,
  bytes: Uint8Array,
  size?: readonly [height: number, width: number],
): Promise<PlainPicture> {
  let grey = false;
  const { data, info } = await decode(path, bytes, (picture, { space, hasAlpha }) => {
    grey = space === "b-w" || space === "grey16";
    const upright = picture.autoOrient();
    const scaled = size ? upright.resize({ height: size[0], width: size[1], fit: "inside" }) : upright;
    return (
      scaled
        // Sharp would drop the opacity of a grey picture.
        .toColourspace(grey && !hasAlpha ? "b-w" : "srgb")
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true })
    );
  });
  const own = grey && info.channels === 4 ? greyAndOpacity(data) : data;
  const channels = grey ? Math.min(info.channels, 2) : info.channels;
  const from = { height: info.height, width: info.width, channels };
  const to = size ? { height: size[0], width: size[1], channels } : from;
  const pixels = centre(own, from, to, backgroundOf(own, from));
  const opacity = channels % 2 === 0 ? channels - 1 : -1;
  let transparent = false;
  for (let at = opacity; opacity > 0 && at < pixels.length; at += channels) {
    if (pixels[at] !== 255) transparent = true;
  }
  return { ...to, pixels, transparent };
}

/** Turns red, green, blue and opacity into grey and opacity, by the luma of ITU-R BT.709, which keeps greys unchanged. */
function greyAndOpacity(data: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(data.length / 2);
  for (let index = 0; index < pixels.length; index += 2) {
    const at = 2 * index;
    pixels[index] = Math.round(0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!);
    pixels[index + 1] = data[2 * index + 3]!;
  }
  return pixels;
}

/** Runs `work` on a picture in sharp. Any failure counts as a fault of the picture. */
async function decode<Result>(
  path: string,
  bytes: Uint8Array,
  work: (picture: Sharp, metadata: Metadata) => Promise<Result>,
): Promise<Result> {
  const beginning = String.fromCharCode(...bytes.subarray(0, 256));
  if (!beginnings.test(beginning)) {
    throw notAPicture(path, /<svg|<\?xml/.test(beginning) ? "the format svg" : "a file of an unknown format");
  }
  // Loaded only when a picture is read, because it takes longer to load than the rest of Heddle.
  const { default: sharp } = await import("sharp");
  // Its threads would compete with the engine's, and its cache would hold pictures that are not needed again.
  sharp.concurrency(1);
  sharp.cache(false);
  const attempt = async <T>(limitInputPixels: number | false, step: (picture: Sharp) => Promise<T>) => {
    try {
      return await step(sharp(bytes, { limitInputPixels }));
    } catch (error) {
      // The lines after the first are the decoder's further attempts.
      throw notAPicture(path, messageOf(error).split("\n", 1)[0] ?? "", error);
    }
  };
  // Metadata comes from the header alone, so no limit is needed, and our own check has the clearer message.
  const metadata = await attempt(false, (picture) => picture.metadata());
  checkMetadata(path, metadata);
  return attempt(MAXIMUM_PIXELS, (picture) => work(picture, metadata));
}

/** The contents of a picture file. Throws a HeddleError if it cannot be read or is too large. */
export async function readLimited(path: string): Promise<Uint8Array> {
  const { size } = await checkFile(path);
  if (size <= MAXIMUM_FILE_BYTES) return readFileBytes(path);
  const expected = `a picture file of at most ${formatBytes(MAXIMUM_FILE_BYTES)}`;
  throw new HeddleError({ who: path, expected, received: formatBytes(size), next: "Save it smaller." });
}

function checkMetadata(path: string, { format, width, height }: Metadata): void {
  if (!formats.includes(format)) throw notAPicture(path, `the format ${format}`);
  if (width * height > MAXIMUM_PIXELS) {
    throw new HeddleError({
      who: path,
      expected: `at most ${MAXIMUM_PIXELS / 1e6} megapixels`,
      received: `${width} × ${height} pixels`,
      next: "Scale it down first.",
    });
  }
}

/** The background colour of a picture, channel by channel. */
function backgroundOf(data: Uint8Array, shape: PictureShape): readonly number[] {
  return Array.from({ length: shape.channels }, (_, channel) => borderMedian(data, shape, channel));
}

/** Centres a picture on a canvas of one colour. */
function centre(
  data: Uint8Array,
  from: PictureShape,
  to: PictureShape,
  background: readonly number[],
): Uint8Array {
  const { channels } = to;
  const pixels = new Uint8Array(to.height * to.width * channels);
  const top = Math.floor((to.height - from.height) / 2);
  const left = Math.floor((to.width - from.width) / 2);
  let target = 0;
  for (let row = -top; row < to.height - top; row++) {
    for (let column = -left; column < to.width - left; column++) {
      const inside = row >= 0 && row < from.height && column >= 0 && column < from.width;
      const source = (row * from.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        pixels[target++] = inside ? data[source + channel]! : background[channel]!;
      }
    }
  }
  return pixels;
}

/** The median of one channel over the outermost rows and columns. */
function borderMedian(data: Uint8Array, { height, width, channels }: PictureShape, channel: number): number {
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

function notAPicture(path: string, received: string, cause?: unknown): HeddleError {
  return new HeddleError(
    {
      who: path,
      expected: "a picture: JPEG, PNG, WebP, GIF, TIFF or AVIF",
      received,
      next: "Check that the file is a whole picture, or save it as PNG.",
    },
    { cause },
  );
}
