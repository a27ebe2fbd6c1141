import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { crc32 } from "@heddle/core/internal/formats/crc.js";

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
/** 1980-01-01, the first day that zip knows: the same model gives the same bytes. */
const DATE = 33;

/**
 * Writes a zip archive whose entries are stored as they are.
 *
 * @param who what is written, for errors
 * @throws HeddleError when the archive would be too large
 */
export function writeZip(who: string, files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries = Object.entries(files).map(([name, bytes]) => ({
    name: new TextEncoder().encode(name),
    bytes,
    check: crc32(bytes),
  }));
  const length = entries.reduce(
    (sum, { name, bytes }) => sum + LOCAL_BYTES + CENTRAL_BYTES + 2 * name.length + bytes.length,
    END_BYTES,
  );
  if (length > MAXIMUM_FILE_BYTES) {
    throw new HeddleError({
      who,
      expected: `an archive of at most ${formatBytes(MAXIMUM_FILE_BYTES)}`,
      received: formatBytes(length),
      next: "Export a smaller model.",
    });
  }
  const archive = new Uint8Array(length);
  const view = new DataView(archive.buffer);
  let at = 0;
  const u16 = (...values: readonly number[]) => {
    for (const value of values) {
      view.setUint16(at, value, true);
      at += 2;
    }
  };
  const u32 = (...values: readonly number[]) => {
    for (const value of values) {
      view.setUint32(at, value, true);
      at += 4;
    }
  };
  const put = (bytes: Uint8Array) => {
    archive.set(bytes, at);
    at += bytes.length;
  };
  const places = entries.map(({ name, bytes, check }) => {
    const place = at;
    u32(0x04034b50);
    u16(20, 0, 0, 0, DATE);
    u32(check, bytes.length, bytes.length);
    u16(name.length, 0);
    put(name);
    put(bytes);
    return place;
  });
  const directory = at;
  entries.forEach(({ name, bytes, check }, index) => {
    u32(0x02014b50);
    u16(20, 20, 0, 0, 0, DATE);
    u32(check, bytes.length, bytes.length);
    u16(name.length, 0, 0, 0, 0);
    u32(0, places[index]!);
    put(name);
  });
  const size = at - directory;
  u32(0x06054b50);
  u16(0, 0, entries.length, entries.length);
  u32(size, directory);
  return archive;
}
