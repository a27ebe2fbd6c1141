import { checkNotAborted, HeddleError, messageOf } from "../base/errors.js";
import { allocateShared } from "../base/memory.js";
import { type ArchiveFile, linkInArchive, pathInArchive } from "./archive.js";
import { crc32 } from "./crc.js";
import { largestExpansion } from "./gzip.js";

/** One file within a zip archive, as the central directory describes it. */
interface ZipEntry {
  readonly name: string;
  /** 0 for stored, 8 for deflated. */
  readonly method: number;
  readonly crc32: number;
  readonly packedBytes: number;
  /** Bytes once unpacked, as the directory declares. */
  readonly bytes: number;
  /** Where the entry's local header starts. */
  readonly offset: number;
  /** True for a symbolic link, as Unix stores it. */
  readonly link: boolean;
}

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LARGEST_COMMENT = 0xffff;
const END64_LOCATOR_SIGNATURE = 0x07064b50;
const END64_LOCATOR_BYTES = 20;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
/** What a 32-bit field holds if its value is in the Zip64 extension. */
const IN_ZIP64 = 0xffffffff;

/** Of the attributes that Unix stores. */
const UNIX = 3;
const FILE_TYPE = 0xf000;
const LINK = 0xa000;

/** The characters 128 to 255 of code page 437. */
const CP437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** The most bytes that an entry may unpack to; beyond it, JavaScript engines differ in what they allocate. */
const MAXIMUM_ENTRY_BYTES = 2 ** 31 - 1;

/** True for the first bytes of a zip archive. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
}

/**
 * The entries of a zip archive (APPNOTE.TXT 6.3.10), read from its central directory.
 *
 * @param name the archive's path, for errors
 * @throws HeddleError if the directory is damaged, points outside the archive, or disagrees with the entries' own
 *   headers
 */
export function zipEntries(bytes: Uint8Array, name: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { end, count, start, size } = directoryOf(view, name);
  let at = start;
  const entries: ZipEntry[] = [];
  const names = new Set<string>();
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL_SIGNATURE) {
      throw damaged(name, `a directory that ends at entry ${index + 1} of ${count}`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const commentBytes = view.getUint16(at + 32, true);
    const entryName = nameOf(bytes.slice(at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameBytes));
    const entry: ZipEntry = {
      name: entryName,
      method: view.getUint16(at + 10, true),
      crc32: view.getUint32(at + 16, true),
      packedBytes: view.getUint32(at + 20, true),
      bytes: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
      // Unix keeps a file's mode in the upper half of the external attributes.
      link: view.getUint8(at + 5) === UNIX && (view.getUint16(at + 40, true) & FILE_TYPE) === LINK,
    };
    if (entry.packedBytes === IN_ZIP64 || entry.bytes === IN_ZIP64 || entry.offset === IN_ZIP64) {
      throw damaged(name, `${entryName} of 4 GiB or more`);
    }
    if ((view.getUint16(at + 8, true) & 1) !== 0) throw damaged(name, `${entryName}, which is encrypted`);
    if (entry.bytes > MAXIMUM_ENTRY_BYTES) {
      throw damaged(
        name,
        `${entryName} of ${entry.bytes} bytes, more than the ${MAXIMUM_ENTRY_BYTES} that can be read`,
      );
    }
    if (entry.offset + LOCAL_BYTES + entry.packedBytes > bytes.length) {
      throw damaged(name, `${entryName} beyond the end of the file`);
    }
    if (names.has(entryName)) throw damaged(name, `two entries named ${entryName}`);
    if (localName(bytes, view, entry.offset) !== entryName) {
      throw damaged(name, `a different name before the data of ${entryName} than in the directory`);
    }
    names.add(entryName);
    entries.push(entry);
    at += CENTRAL_BYTES + nameBytes + extraBytes + commentBytes;
  }
  // Without this, nobody would notice that a damaged count omits an entry, such as the test images.
  if (at !== start + size || at > end) {
    throw damaged(name, `a directory whose size does not match its ${count} entries`);
  }
  return entries;
}

/**
 * The files of a zip archive. Folders are left out; names may have backslashes, as old Windows programs write them.
 *
 * @param name the archive's path, for errors
 * @throws HeddleError as {@link zipEntries} does, and for links, entries that share data, and names that lead out of the
 *   archive
 */
export function zipFiles(bytes: Uint8Array, name: string): readonly ArchiveFile[] {
  const entries = zipEntries(bytes, name);
  // Entries that overlap would let a small archive hold any number of bytes.
  let end = 0;
  for (const entry of [...entries].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < end) throw damaged(name, `${entry.name}, which shares its data with another entry`);
    end = entry.offset + LOCAL_BYTES + entry.packedBytes;
  }
  const files = new Map<string, ArchiveFile>();
  for (const entry of entries) {
    if (entry.link) throw linkInArchive(entry.name, name, "Pack the files that the links lead to.");
    const slashed = entry.name.replaceAll("\\", "/");
    const path = pathInArchive(slashed, name);
    if (slashed.endsWith("/")) continue;
    if (path === "" || files.has(path)) throw damaged(name, `two entries named ${path || entry.name}`);
    files.set(path, {
      name: path,
      bytes: entry.bytes,
      read: (signal) => unzip(bytes, entry, { name, signal }),
    });
  }
  return [...files.values()];
}

/** UTF-8, or else the code page of MS-DOS, which Python and Windows assume unless a flag says UTF-8. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : CP437[byte - 128])).join("");
  }
}

/** The number of entries, and where the directory starts, how long it is, and where the records after it begin. */
function directoryOf(view: DataView, name: string) {
  const end = endOfDirectory(view, name);
  const count = view.getUint16(end + 10, true);
  const size = view.getUint32(end + 12, true);
  const start = view.getUint32(end + 16, true);
  const locator = end - END64_LOCATOR_BYTES;
  const isZip64 = locator >= 0 && view.getUint32(locator, true) === END64_LOCATOR_SIGNATURE;
  if (!isZip64) return { end, count, start, size };
  // More than 65,535 entries: the fields of 16 and 32 bits are repeated in 64.
  const end64 = Number(view.getBigUint64(locator + 8, true));
  if (!(end64 + END64_BYTES <= locator) || view.getUint32(end64, true) !== END64_SIGNATURE) {
    throw damaged(name, "no end of a Zip64 directory where it should be");
  }
  const wide = (at: number) => Number(view.getBigUint64(end64 + at, true));
  return { end: end64, count: wide(32), start: wide(48), size: wide(40) };
}

/** The offset of the record that ends an archive; a comment of the length that it declares may follow. */
function endOfDirectory(view: DataView, name: string): number {
  const last = view.byteLength - END_BYTES;
  for (let end = last; end >= Math.max(0, last - LARGEST_COMMENT); end--) {
    if (view.getUint32(end, true) !== END_SIGNATURE) continue;
    if (end + view.getUint16(end + 20, true) === last) return end;
  }
  throw damaged(name, "no end of a directory");
}

/** The name in the header before an entry's data; `undefined` if there is no header. */
function localName(bytes: Uint8Array, view: DataView, offset: number): string | undefined {
  if (view.getUint32(offset, true) !== LOCAL_SIGNATURE) return undefined;
  const start = offset + LOCAL_BYTES;
  return nameOf(bytes.slice(start, start + view.getUint16(offset + 26, true)));
}

/**
 * The contents of one entry, stored or deflated, checked against its CRC-32: a part of `bytes` where it is stored,
 * otherwise in shared memory, into which it is unpacked piece by piece.
 *
 * @throws HeddleError if the entry is damaged, or holds more or fewer bytes than the directory declares; AbortedError on
 *   `signal`
 */
export async function unzip(
  bytes: Uint8Array,
  entry: ZipEntry,
  { name, signal }: { readonly name: string; readonly signal?: AbortSignal | undefined },
): Promise<Uint8Array> {
  const who = `${name}, ${entry.name}`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(entry.offset, true) !== LOCAL_SIGNATURE) throw damaged(who, "no header before its data");
  const skipped = view.getUint16(entry.offset + 26, true) + view.getUint16(entry.offset + 28, true);
  const start = entry.offset + LOCAL_BYTES + skipped;
  const packed = bytes.subarray(start, start + entry.packedBytes);
  if (packed.length < entry.packedBytes) throw damaged(who, "truncated data");
  if (entry.method !== 0 && entry.method !== 8) {
    throw damaged(who, `compression method ${entry.method}, which is neither stored nor deflated`);
  }
  // Refused before anything is unpacked: DEFLATE cannot expand that far.
  if (entry.method === 8 && entry.bytes > largestExpansion(entry.packedBytes)) {
    throw damaged(who, `${entry.packedBytes} bytes that declare ${entry.bytes}`);
  }
  if (entry.method === 8) return inflated(packed, entry, { who, signal });
  if (packed.length !== entry.bytes) throw damaged(who, `${packed.length} bytes instead of ${entry.bytes}`);
  if (crc32(packed) !== entry.crc32) throw wrongChecksum(who);
  return packed;
}

async function inflated(
  packed: Uint8Array,
  { bytes, crc32: expected }: ZipEntry,
  { who, signal }: { readonly who: string; readonly signal: AbortSignal | undefined },
): Promise<Uint8Array> {
  // The system provides this memory only as it is written: a lie about the size costs what is there.
  const content = new Uint8Array(allocateShared(bytes));
  const reader = piecesOf(packed).pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  let length = 0;
  let check = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      checkNotAborted(signal, `Reading ${who}`);
      if (length + value.length > bytes) throw damaged(who, `more than the ${bytes} bytes that it declares`);
      content.set(value, length);
      check = crc32(value, check);
      length += value.length;
    }
  } catch (error) {
    await reader.cancel().catch(() => {});
    throw error instanceof HeddleError ? error : damaged(who, `damaged data (${messageOf(error)})`, error);
  }
  if (length !== bytes) throw damaged(who, `${length} bytes instead of ${bytes}`);
  if (check !== expected) throw wrongChecksum(who);
  return content;
}

/** Small enough that decompression stops soon after its reader does. */
const PIECE_BYTES = 1 << 16;

function piecesOf(bytes: Uint8Array): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      // A copy, because browsers do not decompress from shared memory.
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + PIECE_BYTES) as Uint8Array<ArrayBuffer>);
      else controller.close();
      at += PIECE_BYTES;
    },
  });
}

function wrongChecksum(who: string): HeddleError {
  return damaged(who, "a checksum that differs from the directory's");
}

function damaged(who: string, received: string, cause?: unknown): HeddleError {
  const next = "Download, copy or write the file again.";
  return new HeddleError({ who, expected: "a whole zip archive", received, next }, { cause });
}
