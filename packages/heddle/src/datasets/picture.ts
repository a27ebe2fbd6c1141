import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { checkFile, readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import {
  checkChannels,
  fitPicture,
  type Picture,
  type PictureShape,
  pictureInput,
} from "@heddle/core/internal/pictures/picture-input.js";
import {
  channelsOf,
  MAXIMUM_PICTURE_PIXELS,
  type RawPicture,
} from "@heddle/core/internal/pictures/raw-picture.js";
import type { Metadata, Sharp } from "sharp";

export type { Picture, PictureShape };

/** The largest picture file that is read. */
export const MAXIMUM_PICTURE_BYTES = 64 * 1024 * 1024;

/** The usual formats of pictures, without those that are programs, such as SVG. */
const formats = ["jpeg", "png", "webp", "gif", "tiff", "heif"];

/** How files of these formats begin; `.` is any byte. No other file reaches the decoders. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n.\n|GIF8|RIFF....WEBP|II[*+]\0|MM\0[*+]|....ftyp)/s;

/**
 * Reads a picture as a model's input: the whole picture, scaled to fit without stretching, and centred on its own
 * background colour. Unless the model takes opacity, transparent parts become white, or black behind a light thing. A grey
 * picture with a light background is inverted, because grey datasets such as MNIST show light things on black. Colours
 * are never inverted.
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
  checkChannels(path, shape);
  return pictureInput(await decodeFile(path, await readLimited(path)), shape, {
    invert: options.invert ?? true,
  });
}

/** Decodes a picture file for `model.classify`. */
export async function decodeSource(file: Blob | Uint8Array | string): Promise<RawPicture> {
  if (typeof file === "string") return decodeFile(file, await readLimited(file));
  return decodeFile("Picture", file instanceof Blob ? new Uint8Array(await file.arrayBuffer()) : file);
}

/** The pixels of a picture in its own size, upright, with its own channels. */
async function decodeFile(path: string, bytes: Uint8Array): Promise<RawPicture> {
  let isGrey = false;
  const { data, info } = await decode(path, bytes, (picture, { space, hasAlpha }) => {
    isGrey = space === "b-w" || space === "grey16";
    return (
      picture
        // Cameras store the orientation separately from the pixels.
        .autoOrient()
        // Sharp would drop the opacity of a grey picture.
        .toColourspace(isGrey && !hasAlpha ? "b-w" : "srgb")
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true })
    );
  });
  const { width, height, channels } = info;
  if (data.length !== height * width * channels || channels > 4) {
    throw notAPicture(path, `a picture of ${channels} channels`);
  }
  return { data: isGrey && channels === 4 ? greyAndOpacity(data) : data, width, height };
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
  const picture = await decodeFile(path, bytes);
  const channels = channelsOf(picture);
  const [height, width] = size ?? [picture.height, picture.width];
  const { pixels } = fitPicture(picture, { height, width });
  const opacity = channels % 2 === 0 ? channels - 1 : -1;
  let transparent = false;
  for (let at = opacity; opacity > 0 && at < pixels.length; at += channels) {
    if (pixels[at] !== 255) transparent = true;
  }
  return { height, width, channels, pixels, transparent };
}

/** Grey and opacity of a grey picture that was decoded as colours: all three are the same. */
function greyAndOpacity(data: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(data.length / 2);
  for (let index = 0; index < pixels.length; index += 2) {
    pixels[index] = data[2 * index]!;
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
  return attempt(MAXIMUM_PICTURE_PIXELS, (picture) => work(picture, metadata));
}

/** The contents of a picture file. Throws a HeddleError if it cannot be read or is too large. */
async function readLimited(path: string): Promise<Uint8Array> {
  const { size } = await checkFile(path);
  if (size <= MAXIMUM_PICTURE_BYTES) return readFileBytes(path);
  const expected = `a picture file of at most ${formatBytes(MAXIMUM_PICTURE_BYTES)}`;
  throw new HeddleError({ who: path, expected, received: formatBytes(size), next: "Save it smaller." });
}

function checkMetadata(path: string, { format, width, height }: Metadata): void {
  if (!formats.includes(format)) throw notAPicture(path, `the format ${format}`);
  if (width * height > MAXIMUM_PICTURE_PIXELS) {
    throw new HeddleError({
      who: path,
      expected: `at most ${MAXIMUM_PICTURE_PIXELS / 1e6} megapixels`,
      received: `${width} × ${height} pixels`,
      next: "Scale it down first.",
    });
  }
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
