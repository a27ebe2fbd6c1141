import { readFile, stat } from "node:fs/promises";
import type { Metadata, Sharp } from "sharp";
import { HeddleError, messageOf } from "../base/errors.js";
import { formatBytes } from "../base/format.js";

/** The images that a model takes. */
export interface PictureShape {
  readonly height: number;
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
}

export interface Picture {
  /** `[H, W, C]`, 0..255. */
  readonly pixels: Uint8Array;
  /** True when light and dark were exchanged, because the picture's background was light. */
  readonly inverted: boolean;
}

const MAXIMUM_FILE_BYTES = 64 * 1024 * 1024;
const MAXIMUM_PIXELS = 100_000_000;

/** What people take pictures in. Left out are formats that are programs, such as SVG. */
const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/**
 * Reads a picture as a model's input: the whole picture, scaled to fit without stretching, in the middle of
 * its own background colour. Transparency is laid on white. A grey picture with a light background is
 * inverted, because the grey datasets (MNIST and its likes) show light things on black; colours stay.
 *
 * @param path a JPEG, PNG, WebP, GIF, TIFF or AVIF file of at most 64 MiB and 100 megapixels
 * @throws HeddleError when the file cannot be read, is no picture, or is too large
 * @example
 * const { pixels } = await readPicture("boot.jpg", { height: 28, width: 28, channels: 1 });
 * pixels.length; // 784
 */
export async function readPicture(path: string, shape: PictureShape): Promise<Picture> {
  const { height, width, channels } = shape;
  if (channels !== 1 && channels !== 3) {
    throw new HeddleError({
      who: path,
      expected: "a model that takes 1 channel (grey) or 3 (red, green, blue)",
      received: `one that takes ${channels}`,
      next: "Give the data as an array instead.",
    });
  }
  const bytes = await readLimited(path);
  // Only where a picture is read: it takes longer to load than the rest of Heddle.
  const { default: sharp } = await import("sharp");
  // Its threads would compete with the engine's.
  sharp.concurrency(1);
  const decode = async <T>(
    limitInputPixels: number | false,
    work: (picture: Sharp) => Promise<T>,
  ): Promise<T> => {
    try {
      return await work(sharp(bytes, { limitInputPixels }));
    } catch (error) {
      throw notAPicture(path, messageOf(error), error);
    }
  };
  // The metadata come from the header alone: no limit is needed, and ours gives the clearer message.
  checkMetadata(path, await decode(false, (picture) => picture.metadata()));
  const { data, info } = await decode(MAXIMUM_PIXELS, (picture) =>
    picture
      // Cameras store which side is up beside the pixels.
      .autoOrient()
      .flatten({ background: "white" })
      .resize({ height, width, fit: "inside" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true }),
  );
  if (info.channels !== channels) throw notAPicture(path, `a picture of ${info.channels} channels`);
  return place(data, { height: info.height, width: info.width, channels }, shape);
}

async function readLimited(path: string): Promise<Uint8Array> {
  let received: string;
  try {
    const entry = await stat(path);
    if (entry.isFile() && entry.size <= MAXIMUM_FILE_BYTES) return await readFile(path);
    received = entry.isFile() ? formatBytes(entry.size) : "no regular file";
  } catch (error) {
    const next = "Check the path and its permissions.";
    const parts = { who: path, expected: "a readable picture", received: messageOf(error), next };
    throw new HeddleError(parts, { cause: error });
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

/** Puts a picture in the middle of a canvas of its background colour, dark where the canvas is grey. */
function place(data: Uint8Array, from: PictureShape, to: PictureShape): Picture {
  const { channels } = to;
  const background = Array.from({ length: channels }, (_, channel) => borderMedian(data, from, channel));
  const inverted = channels === 1 && background[0]! > 127;
  const flip = inverted ? 255 : 0;
  const pixels = new Uint8Array(to.height * to.width * channels);
  const top = Math.floor((to.height - from.height) / 2);
  const left = Math.floor((to.width - from.width) / 2);
  let target = 0;
  for (let row = -top; row < to.height - top; row++) {
    for (let column = -left; column < to.width - left; column++) {
      const inside = row >= 0 && row < from.height && column >= 0 && column < from.width;
      const source = (row * from.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) {
        // 255 - value is the same as value ^ 255 for a byte.
        pixels[target++] = (inside ? data[source + channel]! : background[channel]!) ^ flip;
      }
    }
  }
  return { pixels, inverted };
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
