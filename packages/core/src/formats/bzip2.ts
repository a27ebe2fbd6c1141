import { ByteQueue } from "./byte-queue.js";
import { damagedStream, StreamFault } from "./damaged-stream.js";

/** A block of text begins with π, and a stream ends with √π, in decimal digits that are written as hexadecimal ones. */
const BLOCK = [0x314159, 0x265359] as const;
const END = [0x177245, 0x385090] as const;

const HEADER_BYTES = 4;

/** A block has so many bytes, times the level from 1 to 9. */
const LEVEL_BYTES = 100_000;

/** More than the most that a block of common text takes, so that few blocks are begun before they have arrived. */
const READ_AHEAD_BYTES = 1 << 20;

/** Symbols that share a Huffman table. */
const GROUP = 50;

const LONGEST_CODE = 20;

/** Pieces of output have so many bytes. */
const PIECE_BYTES = 1 << 18;

/**
 * The bytes that bzip2 packed: all streams of a file, one after the other, as `pbzip2` writes them.
 *
 * Source: https://sourceware.org/git/?p=bzip2.git, and the description of the format by Joe Tsai (2016)
 *
 * @param name the file's path, for errors
 * @throws HeddleError during reading, if the file is damaged
 */
export async function* bunzipped(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks);
  try {
    do {
      yield* stream(queue);
    } while (await queue.need(1));
  } catch (thrown) {
    throw damagedStream(name, "bzip2", thrown);
  } finally {
    await queue.close();
  }
}

async function* stream(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  if (!(await queue.need(HEADER_BYTES))) throw truncated();
  const [b, z, h, digit] = queue.take(HEADER_BYTES);
  const level = digit! - 0x30;
  if (b !== 0x42 || z !== 0x5a || h !== 0x68 || level < 1 || level > 9) {
    throw new StreamFault("one that is followed by other bytes");
  }
  const table = new Uint32Array(level * LEVEL_BYTES);
  let skippedBits = 0;
  let checksum = 0;
  for (;;) {
    const { block, endBit } = await nextBlock(queue, table, skippedBits);
    queue.take(endBit >>> 3);
    skippedBits = endBit & 7;
    if ("streamChecksum" in block) {
      if (block.streamChecksum !== checksum) throw wrongChecksum();
      // Streams begin at whole bytes.
      if (skippedBits > 0) queue.take(1);
      return;
    }
    yield* textOf(table, block);
    checksum = (((checksum << 1) | (checksum >>> 31)) ^ block.checksum) >>> 0;
  }
}

interface Block {
  /** How many bytes it holds, before runs are written out. */
  readonly count: number;
  /** Where the text begins in the sorted rotations. */
  readonly origin: number;
  readonly checksum: number;
}

/** Reads the next block, or the end of the stream, as soon as enough bytes have arrived. */
async function nextBlock(queue: ByteQueue, table: Uint32Array, skippedBits: number) {
  for (let wanted = READ_AHEAD_BYTES; ; wanted += READ_AHEAD_BYTES) {
    const isMore = await queue.need(wanted);
    const bits = new BitReader(queue.bytes, skippedBits);
    try {
      const block = readBlock(bits, table);
      if (!bits.isPast) return { block, endBit: bits.position };
    } catch (thrown) {
      // What was read past the end is no fault of the block.
      if (!bits.isPast) throw thrown;
    }
    if (!isMore) throw truncated();
  }
}

/** Bits from the highest of each byte on; zeros past the end. */
class BitReader {
  private at = 0;
  private held = 0;
  private count = 0;

  constructor(
    private readonly bytes: Uint8Array,
    skipped: number,
  ) {
    if (skipped > 0) this.take(skipped);
  }

  /** How many bits have been read. */
  get position(): number {
    return this.at * 8 - this.count;
  }

  get isPast(): boolean {
    return this.position > this.bytes.length * 8;
  }

  /** The next bits, at most 24. */
  take(count: number): number {
    const value = this.look(count);
    this.count -= count;
    return value;
  }

  look(count: number): number {
    while (this.count < count) {
      this.held = (this.held << 8) | (this.bytes[this.at++] ?? 0);
      this.count += 8;
    }
    return (this.held >>> (this.count - count)) & ((1 << count) - 1);
  }

  /** Passes over bits that have been looked at. */
  skip(count: number): void {
    this.count -= count;
  }

  word(): number {
    return ((this.take(16) << 16) | this.take(16)) >>> 0;
  }
}

function readBlock(bits: BitReader, table: Uint32Array): Block | { readonly streamChecksum: number } {
  const magic = [bits.take(24), bits.take(24)];
  if (magic[0] === END[0] && magic[1] === END[1]) return { streamChecksum: bits.word() };
  if (magic[0] !== BLOCK[0] || magic[1] !== BLOCK[1]) throw new StreamFault("one with a damaged block");
  const checksum = bits.word();
  if (bits.take(1) === 1) throw new StreamFault("one of a version of bzip2 from before 1997");
  const origin = bits.take(24);
  const bytes = usedBytes(bits);
  const selectors = new Uint8Array(0x8000);
  const tables = bits.take(3);
  if (tables < 2 || tables > 6) throw damaged();
  const groups = readSelectors(bits, selectors, tables);
  const codes = Array.from({ length: tables }, () => readCode(bits, bytes.length + 2));
  const count = readSymbols(bits, { table, bytes, codes, selectors, groups });
  if (origin >= count) throw damaged();
  return { count, origin, checksum };
}

/** The bytes that occur in a block. */
function usedBytes(bits: BitReader): Uint8Array {
  const bytes: number[] = [];
  const ranges = bits.take(16);
  for (let range = 0; range < 16; range++) {
    if (((ranges >>> (15 - range)) & 1) === 0) continue;
    const used = bits.take(16);
    for (let byte = 0; byte < 16; byte++) if ((used >>> (15 - byte)) & 1) bytes.push(range * 16 + byte);
  }
  if (bytes.length === 0) throw damaged();
  return Uint8Array.from(bytes);
}

/** Reads which table each group of symbols uses; returns how many groups there are. */
function readSelectors(bits: BitReader, selectors: Uint8Array, tables: number): number {
  const count = bits.take(15);
  if (count === 0) throw damaged();
  const recent = Array.from({ length: tables }, (_, table) => table);
  for (let group = 0; group < count; group++) {
    let place = 0;
    while (bits.take(1) === 1) if (++place >= tables) throw damaged();
    const [table] = recent.splice(place, 1);
    recent.unshift(table!);
    selectors[group] = table!;
  }
  return count;
}

/** A Huffman code: the symbols in the order of their codes and, for each length, the last code and what to subtract. */
interface Code {
  readonly shortest: number;
  readonly limits: Int32Array;
  readonly offsets: Int32Array;
  readonly symbols: Uint16Array;
}

function readCode(bits: BitReader, alphabet: number): Code {
  const lengths = new Uint8Array(alphabet);
  let length = bits.take(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    for (;;) {
      if (length < 1 || length > LONGEST_CODE) throw damaged();
      if (bits.take(1) === 0) break;
      length += bits.take(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  const counts = new Int32Array(LONGEST_CODE + 2);
  for (const one of lengths) counts[one]!++;
  const limits = new Int32Array(LONGEST_CODE + 2).fill(-1);
  const offsets = new Int32Array(LONGEST_CODE + 2);
  let code = 0;
  let before = 0;
  for (let bitCount = 1; bitCount <= LONGEST_CODE; bitCount++) {
    offsets[bitCount] = code - before;
    code += counts[bitCount]!;
    before += counts[bitCount]!;
    if (code > 1 << bitCount) throw damaged();
    limits[bitCount] = code - 1;
    code <<= 1;
  }
  const symbols = new Uint16Array(alphabet);
  let filled = 0;
  for (let bitCount = 1; bitCount <= LONGEST_CODE; bitCount++) {
    for (let symbol = 0; symbol < alphabet; symbol++)
      if (lengths[symbol] === bitCount) symbols[filled++] = symbol;
  }
  return { shortest: lengths.reduce((least, one) => Math.min(least, one)), limits, offsets, symbols };
}

interface Symbols {
  readonly table: Uint32Array;
  readonly bytes: Uint8Array;
  readonly codes: readonly Code[];
  readonly selectors: Uint8Array;
  readonly groups: number;
}

/** Decodes a block's symbols into the sorted rotations' last column, in `table`; returns how many bytes it has. */
function readSymbols(bits: BitReader, { table, bytes, codes, selectors, groups }: Symbols): number {
  const recent = bytes.slice();
  const last = bytes.length + 1;
  let count = 0;
  let run = 0;
  let runBit = 1;
  for (let group = 0; group < groups; group++) {
    const code = codes[selectors[group]!]!;
    for (let one = 0; one < GROUP; one++) {
      const symbol = readSymbol(bits, code);
      if (symbol <= 1) {
        run += runBit << symbol;
        runBit <<= 1;
        if (run > table.length) throw damaged();
        continue;
      }
      if (run > 0) {
        if (count + run > table.length) throw damaged();
        table.fill(recent[0]!, count, count + run);
        count += run;
        run = 0;
        runBit = 1;
      }
      if (symbol === last) return count;
      if (count === table.length) throw damaged();
      const byte = recent[symbol - 1]!;
      // Faster than `copyWithin` for the few bytes that this mostly is.
      for (let place = symbol - 1; place > 0; place--) recent[place] = recent[place - 1]!;
      recent[0] = byte;
      table[count++] = byte;
    }
  }
  throw damaged();
}

function readSymbol(bits: BitReader, { shortest, limits, offsets, symbols }: Code): number {
  const window = bits.look(LONGEST_CODE);
  for (let length = shortest; length <= LONGEST_CODE; length++) {
    const code = window >>> (LONGEST_CODE - length);
    if (code > limits[length]!) continue;
    bits.skip(length);
    return symbols[code - offsets[length]!]!;
  }
  throw damaged();
}

/** The text of a block, whose rotations' last column is in `table`, in pieces. */
function* textOf(table: Uint32Array, { count, origin, checksum }: Block): Generator<Uint8Array> {
  link(table, count);
  let piece = new Uint8Array(PIECE_BYTES);
  let filled = 0;
  let crc = -1;
  let at = table[origin]! >>> 8;
  let previous = -1;
  let alike = 0;
  for (let done = 0; done < count; done++) {
    const entry = table[at]!;
    at = entry >>> 8;
    const byte = entry & 0xff;
    let copies = 1;
    let value = byte;
    if (alike === 4) {
      // After four bytes alike comes how many more there are.
      copies = byte;
      value = previous;
      alike = 0;
      previous = -1;
    } else {
      alike = byte === previous ? alike + 1 : 1;
      previous = byte;
    }
    for (; copies > 0; copies--) {
      if (filled === PIECE_BYTES) {
        yield piece;
        piece = new Uint8Array(PIECE_BYTES);
        filled = 0;
      }
      piece[filled++] = value;
      crc = (crc << 8) ^ CRC[(crc >>> 24) ^ value]!;
    }
  }
  if (~crc >>> 0 !== checksum) throw wrongChecksum();
  yield piece.subarray(0, filled);
}

/** Adds to each byte of the last column where the byte that follows it is: the inverse of Burrows and Wheeler's transform. */
function link(table: Uint32Array, count: number): void {
  const starts = new Uint32Array(256);
  for (let at = 0; at < count; at++) starts[table[at]! & 0xff]!++;
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const bytes = starts[byte]!;
    starts[byte] = sum;
    sum += bytes;
  }
  for (let at = 0; at < count; at++) {
    const place = starts[table[at]! & 0xff]!++;
    table[place] = table[place]! | (at << 8);
  }
}

/** CRC-32 by the highest bit first, unlike gzip's. */
const CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? (rest << 1) ^ 0x04c11db7 : rest << 1;
  return rest;
});

function damaged(): StreamFault {
  return new StreamFault("one with a damaged block");
}

function wrongChecksum(): StreamFault {
  return new StreamFault("one with a wrong checksum");
}

function truncated(): StreamFault {
  return new StreamFault("a truncated one");
}
