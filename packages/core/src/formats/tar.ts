import { HeddleError } from "../base/errors.js";
import { type ArchiveFile, linkInArchive, pathInArchive } from "./archive.js";

const BLOCK = 512;

/** Where a header's checksum lies; it counts as spaces when the checksum is computed. */
const CHECKSUM = [148, 156] as const;

/** The most bytes of a name in GNU's or PAX's extension. */
const MAXIMUM_EXTENSION_BYTES = 65536;

/** What an entry is, by the character that its header stores. Whatever is not listed cannot be read. */
const REGULAR = new Set(["0", "\0", "7"]);
const LINKS = new Set(["1", "2"]);
const others: Readonly<Record<string, string>> = {
  "3": "a device",
  "4": "a device",
  "6": "a pipe",
  S: "a sparse file",
  M: "a part of a file that began in another archive",
};

/** True for the first bytes of a tar archive: a header block with a right checksum. */
export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= BLOCK && bytes[0] !== 0 && hasChecksum(bytes);
}

/**
 * The files of a tar archive: POSIX's ustar and pax formats, and GNU's with its long names. Where a name occurs twice, the
 * later file counts, as when the archive is unpacked.
 *
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html
 *
 * @param name the archive's path, for errors
 * @throws HeddleError for damage, links, devices, and names that lead out of the archive
 */
export function tarFiles(bytes: Uint8Array, name: string): readonly ArchiveFile[] {
  const files = new Map<string, ArchiveFile>();
  /** What GNU's and PAX's extensions say of the next entry. */
  let extended: { path?: string; size?: number } = {};
  let at = 0;
  while (at + BLOCK <= bytes.length && !isZero(bytes, at)) {
    const header = bytes.subarray(at, at + BLOCK);
    if (!hasChecksum(header)) throw damaged(name, `a wrong checksum of the header at byte ${at}`);
    const type = String.fromCharCode(header[156]!);
    const isExtension = "xgLK".includes(type);
    const size = (isExtension ? undefined : extended.size) ?? numberOf(header, 124, 12, name);
    const start = at + BLOCK;
    if (!(size <= bytes.length - start))
      throw damaged(name, `data that ends after ${bytes.length - start} of ${size} bytes`);
    const content = bytes.subarray(start, start + size);
    at = start + Math.ceil(size / BLOCK) * BLOCK;
    if (isExtension) {
      if (size > MAXIMUM_EXTENSION_BYTES) throw damaged(name, `a name of ${size} bytes`);
      if (type === "x") extended = { ...extended, ...paxOf(content, name) };
      if (type === "L") extended = { ...extended, path: textOf(content) };
      continue;
    }
    const entryName = extended.path ?? nameOf(header);
    const path = pathInArchive(entryName, name);
    extended = {};
    if (LINKS.has(type)) {
      throw linkInArchive(entryName, name, "Pack the files again with zip, which stores what links lead to.");
    }
    // Before 1988, a folder was a file with a slash at the end.
    const isFolder = type === "5" || (REGULAR.has(type) && entryName.endsWith("/"));
    if (isFolder) continue;
    if (!REGULAR.has(type)) {
      throw damaged(
        name,
        `${entryName}, which is ${others[type] ?? `an entry of the unknown type ${JSON.stringify(type)}`}`,
      );
    }
    if (path === "") throw damaged(name, "a file without a name");
    files.delete(path);
    files.set(path, { name: path, bytes: size, read: () => Promise.resolve(content) });
  }
  return [...files.values()];
}

/** The old signed sums and the standard unsigned ones differ only for bytes above 127. */
function hasChecksum(header: Uint8Array): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) {
    sum += at >= CHECKSUM[0] && at < CHECKSUM[1] ? 0x20 : header[at]!;
  }
  const stored = textOf(header.subarray(...CHECKSUM)).trim();
  return /^[0-7]+$/.test(stored) && Number.parseInt(stored, 8) === sum;
}

function isZero(bytes: Uint8Array, start: number): boolean {
  for (let at = start; at < start + BLOCK; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** The text up to the first zero byte. */
function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.slice(0, end < 0 ? bytes.length : end));
}

/** The name in a header, with ustar's prefix; GNU's headers store times there. */
function nameOf(header: Uint8Array): string {
  const own = textOf(header.subarray(0, 100));
  const isUstar = textOf(header.subarray(257, 263)) === "ustar";
  const prefix = isUstar ? textOf(header.subarray(345, 500)) : "";
  return prefix === "" ? own : `${prefix}/${own}`;
}

/** A size: octal digits, or big-endian binary after a first byte of 0x80. */
function numberOf(header: Uint8Array, start: number, length: number, name: string): number {
  const field = header.subarray(start, start + length);
  if (field[0] === 0x80) return field.slice(1).reduce((value, byte) => value * 256 + byte, 0);
  const digits = textOf(field).trim();
  if (!/^[0-7]*$/.test(digits)) throw damaged(name, "a size that is no number");
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

/** The path and the size in PAX's records, `27 path=photos/cat/1.png\n`. */
function paxOf(content: Uint8Array, name: string): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  let at = 0;
  while (at < content.length) {
    const space = content.indexOf(0x20, at);
    const digits = space < 0 ? "" : new TextDecoder().decode(content.slice(at, space));
    const length = /^\d{1,9}$/.test(digits) ? Number(digits) : 0;
    if (length <= digits.length + 1 || at + length > content.length) {
      throw damaged(name, "an extended header that cannot be read");
    }
    const record = new TextDecoder().decode(content.slice(space + 1, at + length - 1));
    const equals = record.indexOf("=");
    const [key, value] = [record.slice(0, equals), record.slice(equals + 1)];
    if (key === "path") found.path = value;
    if (key === "size" && /^\d{1,15}$/.test(value)) found.size = Number(value);
    if (key.startsWith("GNU.sparse.")) throw damaged(name, "a sparse file");
    at += length;
  }
  return found;
}

function damaged(who: string, received: string): HeddleError {
  const next = "Download or copy the file again, or pack the files again with tar.";
  return new HeddleError({ who, expected: "a whole tar archive of files and folders", received, next });
}
