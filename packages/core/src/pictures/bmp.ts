import { checkPictureSize, notAPicture, type RawPicture } from "./raw-picture.js";

/** How the pixels of a BMP are stored. */
interface Header {
  readonly width: number;
  readonly height: number;
  readonly isTopDown: boolean;
  readonly bits: number;
  /** Whether runs of equal pixels are shortened. */
  readonly isPacked: boolean;
  /** Where the pixels begin. */
  readonly start: number;
  /** Red, green and blue of each colour. */
  readonly palette: Uint8Array;
  /** The bits of red, green, blue and opacity in a pixel of 16 or 32. */
  readonly masks: readonly number[];
}

/** Whether a file begins like a BMP. */
export function isBmp(bytes: Uint8Array): boolean {
  return bytes.length >= 26 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes a BMP file of 1, 2, 4, 8, 16, 24 or 32 bits a pixel, also with shortened runs. The result is grey if its palette
 * is, and has opacity if the file has a mask for it.
 *
 * @throws HeddleError if it is damaged or too large
 */
export function decodeBmp(who: string, bytes: Uint8Array): RawPicture {
  const header = readHeader(who, bytes);
  return header.bits <= 8 ? indexedPicture(who, bytes, header) : directPicture(who, bytes, header);
}

function readHeader(who: string, bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = view.getUint32(10, true);
  const size = view.getUint32(14, true);
  const isOld = size === 12;
  if ((!isOld && size < 40) || 14 + size > bytes.length)
    throw notAPicture(who, "a BMP file with a damaged header");
  const width = isOld ? view.getUint16(18, true) : view.getInt32(18, true);
  const signedHeight = isOld ? view.getUint16(20, true) : view.getInt32(22, true);
  const bits = view.getUint16(isOld ? 24 : 28, true);
  const compression = isOld ? 0 : view.getUint32(30, true);
  const height = Math.abs(signedHeight);
  if (!(width > 0 && height > 0 && [1, 2, 4, 8, 16, 24, 32].includes(bits))) {
    throw notAPicture(who, "a BMP file with a damaged header");
  }
  checkPictureSize(who, width, height);
  const isPacked = (compression === 1 && bits === 8) || (compression === 2 && bits === 4);
  const hasMasks = (compression === 3 || compression === 6) && (bits === 16 || bits === 32);
  if (compression !== 0 && !isPacked && !hasMasks)
    throw notAPicture(who, `a BMP file with compression ${compression}`);
  // Masks are in the header, or behind a short one.
  const hasOpacity = size >= 56 || compression === 6;
  if (hasMasks && 54 + (hasOpacity ? 16 : 12) > bytes.length) throw truncated(who);
  const masks = hasMasks
    ? [54, 58, 62, 66].map((at) => (at < 66 || hasOpacity ? view.getUint32(at, true) : 0))
    : bits === 16
      ? [0x7c00, 0x3e0, 0x1f, 0]
      : [0xff0000, 0xff00, 0xff, 0];
  const used = isOld ? 0 : view.getUint32(46, true);
  const palette =
    bits > 8
      ? new Uint8Array()
      : readPalette(bytes, 14 + size, isOld ? 3 : 4, Math.min(used || 256, 1 << bits));
  return { width, height, isTopDown: signedHeight < 0, bits, isPacked, start, palette, masks };
}

/** Red, green and blue of 256 colours; those that the file does not have are black. */
function readPalette(bytes: Uint8Array, start: number, step: number, colours: number): Uint8Array {
  const palette = new Uint8Array(3 * 256);
  for (let colour = 0; colour < colours; colour++) {
    for (let channel = 0; channel < 3; channel++) {
      palette[3 * colour + channel] = bytes[start + step * colour + 2 - channel] ?? 0;
    }
  }
  return palette;
}

function indexedPicture(who: string, bytes: Uint8Array, header: Header): RawPicture {
  const { width, height, palette } = header;
  const indices = header.isPacked ? unpacked(who, bytes, header) : plainIndices(who, bytes, header);
  const isGrey = palette.every((value, at) => value === palette[at - (at % 3)]);
  const channels = isGrey ? 1 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let at = 0; at < indices.length; at++) {
    for (let channel = 0; channel < channels; channel++) {
      data[at * channels + channel] = palette[3 * indices[at]! + channel]!;
    }
  }
  return { data, width, height };
}

function plainIndices(who: string, bytes: Uint8Array, header: Header): Uint8Array {
  const { width, height, bits } = header;
  rowStart(who, bytes, header, header.isTopDown ? height - 1 : 0);
  const perByte = 8 / bits;
  const indices = new Uint8Array(width * height);
  for (let row = 0; row < height; row++) {
    const from = rowStart(who, bytes, header, row);
    for (let column = 0; column < width; column++) {
      const byte = bytes[from + Math.floor(column / perByte)]!;
      indices[row * width + column] = (byte >> (8 - bits - bits * (column % perByte))) & ((1 << bits) - 1);
    }
  }
  return indices;
}

/** Colour numbers from pairs (count, colour) and escapes: 0 ends a line, 1 the picture, 2 jumps, others are plain pixels. */
function unpacked(
  who: string,
  bytes: Uint8Array,
  { width, height, bits, start, isTopDown }: Header,
): Uint8Array {
  // Two bytes make at most 255 pixels: a small file is not worth the memory of a large picture.
  if (width * height > 128 * bytes.length) throw truncated(who);
  const indices = new Uint8Array(width * height);
  const halves = bits === 4;
  let at = start;
  let row = 0;
  let column = 0;
  const put = (index: number) => {
    if (column < width) indices[(isTopDown ? row : height - 1 - row) * width + column++] = index;
  };
  while (row < height) {
    if (at + 2 > bytes.length) throw truncated(who);
    const count = bytes[at++]!;
    const value = bytes[at++]!;
    if (count > 0) {
      for (let one = 0; one < count; one++) put(halves ? (one % 2 === 0 ? value >> 4 : value & 15) : value);
    } else if (value === 0) {
      row++;
      column = 0;
    } else if (value === 1) {
      break;
    } else if (value === 2) {
      if (at + 2 > bytes.length) throw truncated(who);
      column += bytes[at++]!;
      row += bytes[at++]!;
    } else {
      const length = halves ? Math.ceil(value / 2) : value;
      if (at + length > bytes.length) throw truncated(who);
      for (let one = 0; one < value; one++) {
        const byte = bytes[at + (halves ? one >> 1 : one)]!;
        put(halves ? (one % 2 === 0 ? byte >> 4 : byte & 15) : byte);
      }
      at += length + (length % 2);
    }
  }
  return indices;
}

function directPicture(who: string, bytes: Uint8Array, header: Header): RawPicture {
  const { width, height, bits, masks } = header;
  rowStart(who, bytes, header, header.isTopDown ? height - 1 : 0);
  const step = bits / 8;
  const channels = masks[3] === 0 ? 3 : 4;
  const fields = masks.map((mask) => ({
    mask,
    shift: trailingZeros(mask),
    largest: mask >>> trailingZeros(mask),
  }));
  const data = new Uint8Array(width * height * channels);
  let target = 0;
  for (let row = 0; row < height; row++) {
    const from = rowStart(who, bytes, header, row);
    for (let column = 0; column < width; column++) {
      let pixel = 0;
      for (let byte = step - 1; byte >= 0; byte--) pixel = (pixel << 8) | bytes[from + column * step + byte]!;
      for (let channel = 0; channel < channels; channel++) {
        const { mask, shift, largest } = fields[channel]!;
        data[target++] = largest === 0 ? 0 : Math.floor((((pixel & mask) >>> shift) * 255) / largest);
      }
    }
  }
  return { data, width, height };
}

function trailingZeros(mask: number): number {
  return mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
}

/** Where a row of the picture, counted from the top, begins. Throws if the file ends before it does. */
function rowStart(
  who: string,
  bytes: Uint8Array,
  { width, height, bits, start, isTopDown }: Header,
  row: number,
): number {
  const stride = 4 * Math.ceil((width * bits) / 32);
  const at = start + stride * (isTopDown ? row : height - 1 - row);
  if (at + Math.ceil((width * bits) / 8) > bytes.length) throw truncated(who);
  return at;
}

function truncated(who: string) {
  return notAPicture(who, "a BMP file that ends too early");
}
