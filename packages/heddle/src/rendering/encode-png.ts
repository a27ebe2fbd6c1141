import { deflateSync } from "node:zlib";
import type { Pixels } from "@heddle/core/internal/figures/pixels.js";
import { crc32 } from "@heddle/core/internal/formats/crc.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
/** Colour types by the number of channels: grey, colour, colour with opacity. */
const COLOUR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;

/**
 * Pixels as a PNG file (https://www.w3.org/TR/png): eight bits a channel, rows unfiltered. For the small pictures within
 * figures, where loading sharp would cost 17 MB of memory.
 */
export function encodePng({ height, width, channels, data }: Pixels): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.writeUInt8(8, 8);
  header.writeUInt8(COLOUR_TYPES[channels], 9);
  // Each row begins with the number of its filter: 0, none.
  const rowBytes = width * channels;
  const rows = new Uint8Array(height * (1 + rowBytes));
  for (let row = 0; row < height; row++) {
    rows.set(data.subarray(row * rowBytes, (row + 1) * rowBytes), row * (1 + rowBytes) + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** Pixels as a `data:` URL of a PNG file. */
export function pngUrl(picture: Pixels): string {
  return `data:image/png;base64,${encodePng(picture).toString("base64")}`;
}

function chunk(type: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)]);
}
