import type { DeepPicture } from "./deep-picture.js";
import { checkPictureSize, notAPicture, type RawPicture } from "./raw-picture.js";

/** Whether a file begins like a PBM, PGM or PPM. */
export function isPnm(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1]! >= 0x31 && bytes[1]! <= 0x36 && isBlank(bytes[2]);
}

/**
 * Decodes a PBM, PGM or PPM file, in text or in bytes; of several pictures the first. Values are scaled so that the file's
 * largest is white: to bytes, or to 16 bits if it is above 255.
 *
 * @throws HeddleError if it is damaged or too large
 */
export function decodePnm(who: string, bytes: Uint8Array): RawPicture | DeepPicture {
  const kind = bytes[1]! - 0x30;
  const isBits = kind === 1 || kind === 4;
  const isText = kind <= 3;
  const reader = new TokenReader(bytes);
  const width = reader.number();
  const height = reader.number();
  const maximum = isBits ? 1 : reader.number();
  if (!(width > 0 && height > 0 && maximum > 0 && maximum <= 65_535)) {
    throw notAPicture(who, "a PNM file with a damaged header");
  }
  checkPictureSize(who, width, height);
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  const start = reader.at + 1;
  const left = bytes.length - (isText ? reader.at : start);
  const rowBytes = kind === 4 ? Math.ceil(width / 8) : width * channels * (maximum > 255 ? 2 : 1);
  // In text, a value has a digit and, unless it is a bit, a space before the next.
  if (left < (isText ? (isBits ? count : 2 * count - 1) : rowBytes * height)) throw truncated(who);
  const white = maximum > 255 ? 65_535 : 255;
  const data = white > 255 ? new Uint16Array(count) : new Uint8Array(count);
  const scaled = (value: number) => Math.round((Math.min(value, maximum) * white) / maximum);
  if (isText) {
    for (let at = 0; at < count; at++) {
      const value = isBits ? reader.bit() : reader.number();
      if (Number.isNaN(value)) throw truncated(who);
      data[at] = isBits ? 255 * (1 - value) : scaled(value);
    }
  } else if (isBits) {
    for (let at = 0; at < count; at++) {
      const column = at % width;
      const byte = bytes[start + rowBytes * ((at - column) / width) + (column >> 3)]!;
      data[at] = (byte >> (7 - (column & 7))) & 1 ? 0 : 255;
    }
  } else if (white > 255) {
    for (let at = 0; at < count; at++) {
      data[at] = scaled((bytes[start + 2 * at]! << 8) | bytes[start + 2 * at + 1]!);
    }
  } else {
    const values = Uint8Array.from({ length: 256 }, (_, value) => scaled(value));
    for (let at = 0; at < count; at++) data[at] = values[bytes[start + at]!]!;
  }
  return { data, width, height } as RawPicture | DeepPicture;
}

function truncated(who: string) {
  return notAPicture(who, "a PNM file that ends too early or holds other text than numbers");
}

/** Reads numbers between spaces and comments. */
class TokenReader {
  at = 2;

  constructor(private readonly bytes: Uint8Array) {}

  /** The next whole number; NaN if there is none. */
  number(): number {
    this.skipBlanks();
    let value = 0;
    const start = this.at;
    while (isDigit(this.bytes[this.at]) && this.at - start < 9)
      value = 10 * value + this.bytes[this.at++]! - 0x30;
    return this.at > start && !isDigit(this.bytes[this.at]) ? value : Number.NaN;
  }

  /** The next 0 or 1, which need not be followed by a space; NaN if there is none. */
  bit(): number {
    this.skipBlanks();
    const value = this.bytes[this.at++]! - 0x30;
    return value === 0 || value === 1 ? value : Number.NaN;
  }

  private skipBlanks(): void {
    for (;;) {
      while (isBlank(this.bytes[this.at])) this.at++;
      if (this.bytes[this.at] !== 0x23) return;
      while (this.at < this.bytes.length && this.bytes[this.at] !== 0x0a && this.bytes[this.at] !== 0x0d)
        this.at++;
    }
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}
