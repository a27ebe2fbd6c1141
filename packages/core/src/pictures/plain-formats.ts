import { decodeBmp, isBmp } from "./bmp.js";
import type { DeepPicture } from "./deep-picture.js";
import { decodePnm, isPnm } from "./pnm.js";
import type { RawPicture } from "./raw-picture.js";

/**
 * The pixels of a picture in a format that Heddle decodes itself, the same everywhere: BMP and PNM (PBM, PGM, PPM).
 *
 * @param who the file's path, for errors
 * @returns `undefined` for any other format
 * @throws HeddleError if the picture is damaged or too large
 */
export function decodePlainFormat(who: string, bytes: Uint8Array): RawPicture | DeepPicture | undefined {
  if (isBmp(bytes)) return decodeBmp(who, bytes);
  if (isPnm(bytes)) return decodePnm(who, bytes);
  return undefined;
}
