import { readFile, stat } from "node:fs/promises";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import type { Metadata, Sharp } from "sharp";

/** The images that a model takes. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue, and one more for the opacity. */
  readonly channels: number;
}

export interface Picture {
  /** `[H, W, C]`, 0..255. */
  readonly pixels: Uint8Array;
  /** True when light and dark were exchanged, because the picture's background was light. */
  readonly inverted: boolean;
}

const MAXIMUM_FILE_BYTES = 64 * 1024 * 1024;
const MAXIMUM_PIXELS = 64_000_000;

/** What people take pictures in. Left out are formats that are programs, such as SVG. */
const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** How files of these formats begin; `.` is any byte. No other file comes near the decoders. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n.\n|GIF8|RIFF....WEBP|II[*+]\0|MM\0[*+]|....ftyp)/s;

/**
 * Reads a picture as a model's input: the whole picture, scaled to fit without stretching, in the middle of
 * its own background colour. Transparency is laid on white where the model takes no opacity. A grey picture with a
 * light background is inverted, because the grey datasets (MNIST and its likes) show light things on black; colours
 * stay.
 *
 * @param path a JPEG, PNG, WebP, GIF, TIFF or AVIF file of at most 64 MiB and 64 megapixels
 * @param options.invert false for a model that was trained on pictures as they are; true by default
 * @throws HeddleError when the file cannot be read, is no picture, or is too large
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
      next: "Give the data as an array instead.",
    });
  }
  const bytes = await readLimited(path);
  const { data, info } = await decode(path, bytes, (picture) => {
    // Cameras store which side is up beside the pixels.
    const upright = picture.autoOrient();
    const opaque = channels % 2 === 0 ? upright.ensureAlpha() : upright.flatten({ background: "white" });
    return (
      opaque
        .resize({ height, width, fit: "inside" })
        // As grey, sharp would drop the opacity.
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
  const pixels = place(own, from, shape, background);
  // 255 - value is the same as value ^ 255 for a byte.
  if (inverted) for (let index = 0; index < pixels.length; index++) pixels[index]! ^= 255;
  return { pixels, inverted };
}

/** A picture as it is, for data to train on. */
export interface PlainPicture extends PictureShape {
  /** `[H, W, C]`: grey, grey and opacity, red-green-blue, or those and opacity. */
  readonly pixels: Uint8Array;
  /** True when there is an opacity and it is not full everywhere. */
  readonly transparent: boolean;
}

/**
 * Decodes a picture with its own channels, in its own size or scaled to fit one without stretching, in the
 * middle of its own background colour; nothing is inverted.
 *
 * @param path who complains
 * @param bytes the file's contents
 * @throws HeddleError when they are no whole picture, or too large a one
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
        // As grey, sharp would drop the opacity.
        .toColourspace(grey && !hasAlpha ? "b-w" : "srgb")
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true })
    );
  });
  const own = grey && info.channels === 4 ? greyAndOpacity(data) : data;
  const channels = grey ? Math.min(info.channels, 2) : info.channels;
  const from = { height: info.height, width: info.width, channels };
  const to = size ? { height: size[0], width: size[1], channels } : from;
  const pixels = place(own, from, to, backgroundOf(own, from));
  const opacity = channels % 2 === 0 ? channels - 1 : -1;
  let transparent = false;
  for (let at = opacity; opacity > 0 && at < pixels.length; at += channels) {
    if (pixels[at] !== 255) transparent = true;
  }
  return { ...to, pixels, transparent };
}

/** Red, green, blue and opacity as grey and opacity, by the luma of ITU-R BT.709; greys stay what they are. */
function greyAndOpacity(data: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(data.length / 2);
  for (let index = 0; index < pixels.length; index += 2) {
    const at = 2 * index;
    pixels[index] = Math.round(0.2126 * data[at]! + 0.7152 * data[at + 1]! + 0.0722 * data[at + 2]!);
    pixels[index + 1] = data[2 * index + 3]!;
  }
  return pixels;
}

/** Has sharp do something with a picture; what goes wrong is the picture's fault. */
async function decode<Result>(
  path: string,
  bytes: Uint8Array,
  work: (picture: Sharp, metadata: Metadata) => Promise<Result>,
): Promise<Result> {
  const beginning = String.fromCharCode(...bytes.subarray(0, 256));
  if (!beginnings.test(beginning)) {
    throw notAPicture(path, /<svg|<\?xml/.test(beginning) ? "the format svg" : "bytes of another kind");
  }
  // Only where a picture is read: it takes longer to load than the rest of Heddle.
  const { default: sharp } = await import("sharp");
  // Its threads would compete with the engine's, and its cache holds pictures that nobody asks for again.
  sharp.concurrency(1);
  sharp.cache(false);
  const attempt = async <T>(limitInputPixels: number | false, step: (picture: Sharp) => Promise<T>) => {
    try {
      return await step(sharp(bytes, { limitInputPixels }));
    } catch (error) {
      // What follows the first line are the decoder's other attempts.
      throw notAPicture(path, messageOf(error).split("\n", 1)[0] ?? "", error);
    }
  };
  // The metadata come from the header alone: no limit is needed, and ours gives the clearer message.
  const metadata = await attempt(false, (picture) => picture.metadata());
  checkMetadata(path, metadata);
  return attempt(MAXIMUM_PIXELS, (picture) => work(picture, metadata));
}

/** The contents of a picture's file. Throws a HeddleError when it cannot be read or is too large. */
export async function readLimited(path: string): Promise<Uint8Array> {
  let received: string;
  try {
    const entry = await stat(path);
    if (entry.isFile() && entry.size <= MAXIMUM_FILE_BYTES) return await readFile(path);
    received = entry.isFile() ? formatBytes(entry.size) : "no regular file";
  } catch (error) {
    throw fileError(path, "a picture that can be read", error);
  }
  const expected = `a picture file of at most ${formatBytes(MAXIMUM_FILE_BYTES)}`;
  throw new HeddleError({ who: path, expected, received, next: "Save it smaller." });
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

/** What lies behind the thing shown, channel by channel. */
function backgroundOf(data: Uint8Array, shape: PictureShape): readonly number[] {
  return Array.from({ length: shape.channels }, (_, channel) => borderMedian(data, shape, channel));
}

/** Puts a picture in the middle of a canvas of one colour. */
function place(
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

/** The median of one channel over the outermost rows and columns: what lies behind the thing shown. */
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
