import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { checkFile, readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { bitDepthOf, isDeep, toBytes } from "@heddle/core/internal/pictures/deep-picture.js";
import {
  checkChannels,
  fitPicture,
  type Picture,
  type PictureShape,
  pictureInput,
} from "@heddle/core/internal/pictures/picture-input.js";
import { channelsOf, type RawPicture } from "@heddle/core/internal/pictures/raw-picture.js";
import { type DecodedPicture, decodePictureFile } from "./picture-decoder.js";

export type { Picture, PictureShape };

/** The largest picture file that is read. */
export const MAXIMUM_PICTURE_BYTES = 64 * 1024 * 1024;

/**
 * Reads a picture as a model's input: the whole picture, scaled to fit without stretching, and centred on its own
 * background colour. Unless the model takes opacity, transparent parts become white, or black behind a light thing. A grey
 * picture with a light background is inverted, because grey datasets such as MNIST show light things on black. Colours
 * are never inverted.
 *
 * @param path a JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM file of at most 64 MiB and 64 megapixels
 * @param shape the shape of the model's images
 * @throws HeddleError if the file cannot be read, is not a picture, or is too large
 * @example
 * const { pixels } = await readPicture("boot.jpg", { height: 28, width: 28, channels: 1 });
 * pixels.length; // 784
 */
export async function readPicture(
  path: string,
  shape: PictureShape,
  options: PictureOptions = {},
): Promise<Picture> {
  checkChannels(path, shape);
  return pictureFromBytes(path, await readLimited(path), shape, options);
}

/** How a picture becomes a model's input. */
export interface PictureOptions {
  /**
   * Whether a grey picture with a light background is inverted: false for a model that was trained on pictures as they are.
   *
   * @defaultValue `true`
   */
  readonly invert?: boolean;
  /**
   * The bits that the values of 16-bit pictures span.
   *
   * @defaultValue `16`
   */
  readonly bitDepth?: number | undefined;
}

/** Like {@link readPicture}, of a file in memory; `path` is for errors. */
export function pictureFromBytes(
  path: string,
  bytes: Uint8Array,
  shape: PictureShape,
  { invert = true, bitDepth = 16 }: PictureOptions,
): Promise<Picture> {
  return decodePictureFile(path, bytes, ({ picture }) =>
    pictureInput(isDeep(picture) ? toBytes(picture, bitDepth) : picture, shape, { invert }),
  );
}

/** Decodes a picture file for `model.classify`. */
export async function decodeSource(file: Blob | Uint8Array | string): Promise<RawPicture> {
  const path = typeof file === "string" ? file : "Picture";
  const bytes =
    typeof file === "string"
      ? await readLimited(file)
      : file instanceof Blob
        ? new Uint8Array(await file.arrayBuffer())
        : file;
  return decodePictureFile(path, bytes, ({ picture }) => (isDeep(picture) ? toBytes(picture, 16) : picture));
}

/** A picture as it is, for training data. */
export interface PlainPicture extends PictureShape {
  /** `[H, W, C]`: grey, or red, green and blue, possibly with opacity. */
  readonly pixels: Uint8Array;
  /** True if any pixel is not fully opaque. */
  readonly transparent: boolean;
  /** How many bits of a 16-bit picture were used. */
  readonly bitDepth?: number;
  /** What the decoder found odd about a picture that is whole nevertheless. */
  readonly odd?: string;
  /** How many pictures the file holds; the first was read. */
  readonly frames: number;
}

/** The options of {@link decodePicture}. */
interface DecodeOptions {
  /** The size that the picture is scaled to, without stretching, centred on its own background colour. */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** Chooses how many bits of a 16-bit picture count; it is called with how many the picture needs. */
  readonly chooseBitDepth: (needed: number) => number;
}

/**
 * Decodes a picture with its own channels, in its own size or a chosen one. Nothing is inverted. A picture of equal
 * red, green and blue is grey.
 *
 * @param path the file's path, for errors
 * @param bytes the file's contents
 * @throws HeddleError if they are not a whole picture, or it is too large
 */
export function decodePicture(
  path: string,
  bytes: Uint8Array,
  options: DecodeOptions,
): Promise<PlainPicture> {
  return decodePictureFile(path, bytes, (decoded) => plainPicture(decoded, options));
}

function plainPicture({ picture, odd, frames }: DecodedPicture, options: DecodeOptions): PlainPicture {
  const bitDepth = isDeep(picture) ? options.chooseBitDepth(bitDepthOf(picture)) : undefined;
  const raw = isDeep(picture) ? toBytes(picture, bitDepth!) : picture;
  const [height, width] = options.size ?? [raw.height, raw.width];
  const pixels = fitPicture(raw, { height, width }).pixels;
  const channels = channelsOf(raw);
  const isGrey = channels > 2 && isGreyToned(pixels, channels);
  return {
    height,
    width,
    channels: isGrey ? channels - 2 : channels,
    pixels: isGrey ? withoutColours(pixels, channels) : pixels,
    transparent: channels % 2 === 0 && isTransparent(pixels, channels),
    frames,
    ...(bitDepth !== undefined && { bitDepth }),
    ...(odd !== undefined && { odd }),
  };
}

function isGreyToned(pixels: Uint8Array, channels: number): boolean {
  for (let at = 0; at < pixels.length; at += channels) {
    if (pixels[at] !== pixels[at + 1] || pixels[at] !== pixels[at + 2]) return false;
  }
  return true;
}

/** The first of three equal colours, and the opacity if there is one. */
function withoutColours(pixels: Uint8Array, channels: number): Uint8Array {
  const kept = channels - 2;
  return Uint8Array.from({ length: (pixels.length / channels) * kept }, (_, at) => {
    const pixel = Math.floor(at / kept) * channels;
    return pixels[at % kept === 0 ? pixel : pixel + channels - 1]!;
  });
}

function isTransparent(pixels: Uint8Array, channels: number): boolean {
  for (let at = channels - 1; at < pixels.length; at += channels) if (pixels[at] !== 255) return true;
  return false;
}

/** The contents of a picture file. Throws a HeddleError if it cannot be read or is too large. */
async function readLimited(path: string): Promise<Uint8Array> {
  const { size } = await checkFile(path);
  if (size <= MAXIMUM_PICTURE_BYTES) return readFileBytes(path);
  const expected = `a picture file of at most ${formatBytes(MAXIMUM_PICTURE_BYTES)}`;
  throw new HeddleError({ who: path, expected, received: formatBytes(size), next: "Save it smaller." });
}
