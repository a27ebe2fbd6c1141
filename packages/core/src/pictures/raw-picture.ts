import { HeddleError } from "../base/errors.js";

/**
 * A picture as pixels, row by row: an `ImageData`, or bytes with a size. Each pixel has one value (grey), two (grey and
 * opacity), three (red, green, blue) or four (and opacity, not multiplied).
 */
export interface RawPicture {
  /** `[height, width, channels]`, 0..255. */
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** The most pixels of a picture. */
export const MAXIMUM_PICTURE_PIXELS = 64_000_000;

/**
 * How many values each pixel has.
 *
 * @throws HeddleError when the data does not fit the size, or the picture is too large
 */
export function channelsOf({ data, width, height }: RawPicture): number {
  const channels = data.length / (width * height);
  if ([1, 2, 3, 4].includes(channels) && width * height <= MAXIMUM_PICTURE_PIXELS) return channels;
  throw new HeddleError({
    who: "Picture",
    expected: `1 to 4 values for each of at most ${MAXIMUM_PICTURE_PIXELS / 1e6} million pixels`,
    received: `${data.length} values for ${width} × ${height} pixels`,
    next: "Correct the width and height.",
  });
}

/** The error for a file that is not a picture that can be read. */
export class PictureError extends HeddleError {
  override readonly name = "PictureError";

  /**
   * @param reason what is wrong with the file, in a few words
   */
  constructor(
    parts: { readonly who: string; readonly expected: string; readonly next: string },
    readonly reason: string,
    cause?: unknown,
  ) {
    super({ ...parts, received: reason }, { cause });
  }
}

/** Checks that a picture is not too large to be decoded; `who` is the file's path. */
export function checkPictureSize(who: string, width: number, height: number): void {
  if (width * height <= MAXIMUM_PICTURE_PIXELS) return;
  const expected = `at most ${MAXIMUM_PICTURE_PIXELS / 1e6} megapixels`;
  throw new PictureError({ who, expected, next: "Scale it down first." }, `${width} × ${height} pixels`);
}

/** The error for a file that is not a whole picture; `who` is its path. */
export function notAPicture(who: string, reason: string, cause?: unknown): PictureError {
  const expected = "a picture: JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP or PNM";
  const next = "Check that the file is a whole picture, or save it as PNG.";
  return new PictureError({ who, expected, next }, reason, cause);
}
