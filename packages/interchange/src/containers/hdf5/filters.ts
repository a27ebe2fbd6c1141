import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { damaged, type Hdf5Source, unread } from "./fields.js";
import { fieldsOf, MESSAGE, type Message } from "./header.js";

/** A step through which chunks were stored. */
export interface Filter {
  readonly id: number;
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const CHECKSUM = 3;

/** Filters that Heddle does not have, by their registered numbers. */
const NAMES: Readonly<Record<number, string>> = {
  4: "SZIP",
  5: "N-bit",
  6: "scale-offset",
  307: "bzip2",
  32000: "LZF",
  32001: "Blosc",
  32004: "LZ4",
  32008: "bitshuffle",
  32015: "Zstandard",
};

/**
 * Reads the filters of a dataset, in the order in which they were applied.
 *
 * @throws HeddleError that names a filter that Heddle does not have, before any data is read
 */
export function readFilters(source: Hdf5Source, messages: readonly Message[]): readonly Filter[] {
  const message = messages.find(({ type }) => type === MESSAGE.filters);
  if (!message) return [];
  const fields = fieldsOf(source, "a dataset's filters", message.data);
  const version = fields.u8();
  const count = fields.u8();
  if (version !== 1 && version !== 2)
    throw damaged(source, "filters of version 1 or 2", `version ${version}`);
  if (version === 1) fields.skip(6);
  return Array.from({ length: count }, () => {
    const id = fields.u16();
    const nameBytes = version === 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);
    const values = fields.u16();
    fields.skip(version === 1 ? 8 * Math.ceil(nameBytes / 8) : nameBytes);
    const filter = { id, values: Array.from({ length: values }, () => fields.u32()) };
    if (version === 1 && values % 2 === 1) fields.skip(4);
    if (id === DEFLATE || id === SHUFFLE || id === CHECKSUM) return filter;
    throw unread(
      source,
      "datasets that are stored as they are or by gzip",
      `one by ${NAMES[id] ?? `filter ${id}`}`,
      "Write the file again without compression.",
    );
  });
}

/** DEFLATE cannot make more of a byte. */
const LARGEST_EXPANSION = 1032;

/**
 * Undoes the filters of a chunk.
 *
 * @param expected how many bytes the chunk holds
 */
export async function unfilter(
  source: Hdf5Source,
  filters: readonly Filter[],
  chunk: { readonly bytes: Uint8Array; readonly skipped: number },
  { expected, elementBytes }: { readonly expected: number; readonly elementBytes: number },
): Promise<Uint8Array> {
  let { bytes } = chunk;
  for (const [index, { id, values }] of [...filters.entries()].reverse()) {
    if (((chunk.skipped >>> index) & 1) === 1) continue;
    if (id === DEFLATE) bytes = await inflate(source, bytes, expected);
    else if (id === SHUFFLE) bytes = unshuffle(bytes, values[0] ?? elementBytes);
    else bytes = checked(source, bytes);
  }
  if (bytes.length === expected) return bytes;
  throw damaged(source, `chunks of ${expected} bytes`, `${bytes.length}`);
}

/** How many bytes a chunk may hold at most, by what is stored of it. */
export function mostBytes(filters: readonly Filter[], stored: number): number {
  return filters.some(({ id }) => id === DEFLATE) ? stored * LARGEST_EXPANSION : stored;
}

async function inflate(source: Hdf5Source, packed: Uint8Array, expected: number): Promise<Uint8Array> {
  // Room for the checksum of a chunk that was checked before it was packed.
  const most = expected + 4;
  const content = new Uint8Array(most);
  let length = 0;
  try {
    const stream = new Blob([packed as Uint8Array<ArrayBuffer>]).stream();
    const reader = stream.pipeThrough(new DecompressionStream("deflate")).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (length + value.length > most) {
        await reader.cancel();
        throw damaged(source, `chunks of ${expected} bytes`, "more");
      }
      content.set(value, length);
      length += value.length;
    }
  } catch (thrown) {
    if (thrown instanceof HeddleError) throw thrown;
    throw damaged(source, "chunks packed by gzip", messageOf(thrown));
  }
  return content.subarray(0, length);
}

/** Puts the bytes of each element next to each other again: first bytes were stored first, then second ones. */
function unshuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  if (elementBytes <= 1 || count === 0) return bytes;
  const result = bytes.slice();
  for (let part = 0; part < elementBytes; part++) {
    for (let index = 0; index < count; index++) {
      result[index * elementBytes + part] = bytes[part * count + index]!;
    }
  }
  return result;
}

/** Fletcher's checksum in 32 bits, over words of 16 in the order of the network, follows the bytes. */
function checked(source: Hdf5Source, bytes: Uint8Array): Uint8Array {
  const content = bytes.subarray(0, Math.max(0, bytes.length - 4));
  let [low, high] = [0, 0];
  for (let at = 0; at < content.length; at += 2) {
    low = (low + ((content[at]! << 8) | (content[at + 1] ?? 0))) % 65535;
    high = (high + low) % 65535;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stored = bytes.length < 4 ? -1 : view.getUint32(content.length, true);
  // 65535 and 0 are the same to the sum.
  const same = (a: number, b: number) => a % 65535 === b % 65535;
  if (stored >= 0 && same(stored >>> 16, high) && same(stored & 0xffff, low)) return content;
  throw damaged(source, "chunks with their checksum", "others");
}
