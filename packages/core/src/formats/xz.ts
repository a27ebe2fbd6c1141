import { ByteQueue } from "./byte-queue.js";
import { crc32 } from "./crc.js";
import { crc64 } from "./crc64.js";
import { damagedStream, StreamFault } from "./damaged-stream.js";
import { LzmaDecoder } from "./lzma.js";

const HEADER_BYTES = 12;
const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0];
const LZMA2 = 0x21;

/** `xz -9` repeats what lies at most 64 MiB back. */
const LARGEST_WINDOW = 1 << 28;

/** The index of blocks is held in memory. */
const MOST_BLOCKS = 1_000_000;

/**
 * The bytes that xz packed: all streams of a file, one after the other.
 *
 * Source: https://tukaani.org/xz/xz-file-format.txt (version 1.2.1)
 *
 * @param name the file's path, for errors
 * @throws HeddleError during reading, if the file is damaged, or packed by another filter than LZMA2
 */
export async function* unxzed(chunks: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const queue = new ByteQueue(chunks);
  try {
    do {
      yield* stream(queue);
      await skipPadding(queue);
    } while (await queue.need(1));
  } catch (thrown) {
    throw damagedStream(name, "xz", thrown);
  } finally {
    await queue.close();
  }
}

/** Streams may be followed by zeros, four at a time. */
async function skipPadding(queue: ByteQueue): Promise<void> {
  while ((await queue.need(4)) && queue.bytes.subarray(0, 4).every((byte) => byte === 0)) queue.take(4);
}

/** What a block has in the index: the bytes that it takes without padding, and those that it holds. */
interface BlockSizes {
  readonly packed: number;
  readonly plain: number;
}

async function* stream(queue: ByteQueue): AsyncGenerator<Uint8Array> {
  await queue.need(HEADER_BYTES);
  const magic = queue.bytes.subarray(0, MAGIC.length);
  if (magic.some((byte, at) => byte !== MAGIC[at]))
    throw new StreamFault("one that is followed by other bytes");
  const header = await taken(queue, HEADER_BYTES);
  if (numberAt(header, 8) !== crc32(header.subarray(6, 8))) throw wrongChecksum();
  const flags = header.slice(6, 8);
  const check = checkOf(flags);
  const blocks: BlockSizes[] = [];
  for (;;) {
    const [size] = await taken(queue, 1);
    if (size === 0) break;
    const sizes: { packed: number; plain: number } = { packed: 0, plain: 0 };
    if (blocks.length === MOST_BLOCKS) throw new StreamFault("one of more than a million blocks");
    yield* block(queue, size!, check, sizes);
    blocks.push(sizes);
  }
  const indexBytes = await readIndex(queue, blocks);
  const footer = await taken(queue, HEADER_BYTES);
  if (numberAt(footer, 0) !== crc32(footer.subarray(4, 10))) throw wrongChecksum();
  const isRight =
    (numberAt(footer, 4) + 1) * 4 === indexBytes &&
    footer[8] === flags[0] &&
    footer[9] === flags[1] &&
    footer[10] === 0x59 &&
    footer[11] === 0x5a;
  if (!isRight) throw damaged();
}

/** How the content of blocks is checked. */
interface Check {
  readonly bytes: number;
  readonly begin: () => { add(bytes: Uint8Array): void; matches(stored: Uint8Array): boolean };
}

function checkOf(flags: Uint8Array): Check {
  if (flags[0] !== 0 || flags[1]! > 0x0f) throw damaged();
  switch (flags[1]) {
    case 0:
      return { bytes: 0, begin: () => ({ add: () => {}, matches: () => true }) };
    case 1:
      return {
        bytes: 4,
        begin: () => {
          let sum = 0;
          return {
            add: (bytes) => {
              sum = crc32(bytes, sum);
            },
            matches: (stored) => numberAt(stored, 0) === sum,
          };
        },
      };
    case 4:
      return {
        bytes: 8,
        begin: () => {
          let sum: readonly [number, number] = [0, 0];
          return {
            add: (bytes) => {
              sum = crc64(bytes, sum);
            },
            matches: (stored) => numberAt(stored, 0) === sum[0] && numberAt(stored, 4) === sum[1],
          };
        },
      };
    default:
      throw new StreamFault("one whose checksum is neither CRC-32 nor CRC-64: unpack it with xz -d");
  }
}

/** Reads a block; `sizes` gets what the index should say of it. */
async function* block(
  queue: ByteQueue,
  sizeByte: number,
  check: Check,
  sizes: { packed: number; plain: number },
): AsyncGenerator<Uint8Array> {
  const headerBytes = (sizeByte + 1) * 4;
  const header = withFirst(sizeByte, await taken(queue, headerBytes - 1));
  const declared = readHeader(header);
  const decoder = new LzmaDecoder(declared.window);
  const parts = new Lzma2Parts();
  const sum = check.begin();
  sizes.packed = headerBytes;
  for (;;) {
    const [control] = await taken(queue, 1);
    sizes.packed++;
    if (control === 0) break;
    const part = parts.next(control!, await taken(queue, control! < 0x80 ? 2 : control! < 0xc0 ? 4 : 5));
    sizes.packed += part.headerBytes + part.packed;
    const bytes = parts.decode(part, await taken(queue, part.packed), decoder);
    sum.add(bytes);
    sizes.plain += bytes.length;
    yield bytes;
  }
  const content = sizes.packed - headerBytes;
  const padding = await taken(queue, (4 - (content % 4)) % 4);
  if (padding.some((byte) => byte !== 0)) throw damaged();
  if ((declared.packed ?? content) !== content || (declared.plain ?? sizes.plain) !== sizes.plain)
    throw damaged();
  if (!sum.matches(await taken(queue, check.bytes))) throw wrongChecksum();
  sizes.packed += check.bytes;
}

function readHeader(header: Uint8Array) {
  const end = header.length - 4;
  if (numberAt(header, end) !== crc32(header.subarray(0, end))) throw wrongChecksum();
  const numbers = new Numbers(header.subarray(0, end), 2);
  const flags = header[1]!;
  if ((flags & 0x3c) !== 0) throw damaged();
  const packed = flags & 0x40 ? numbers.read() : undefined;
  const plain = flags & 0x80 ? numbers.read() : undefined;
  const filter = numbers.read();
  if ((flags & 3) !== 0 || filter !== LZMA2) {
    throw new StreamFault("one that is packed by a filter for programs: unpack it with xz -d");
  }
  const propertyBytes = numbers.read();
  const size = header[numbers.at]!;
  if (propertyBytes !== 1 || size > 40) throw damaged();
  const window = size === 40 ? 2 ** 32 - 1 : (2 | (size & 1)) * 2 ** ((size >> 1) + 11);
  if (window > LARGEST_WINDOW) {
    throw new StreamFault(`one that needs ${window / 2 ** 20} MiB of memory: unpack it with xz -d`);
  }
  if (header.subarray(numbers.at + 1, end).some((byte) => byte !== 0)) throw damaged();
  return { packed, plain, window };
}

/** A part of a block: plain or packed bytes. */
interface Part {
  readonly headerBytes: number;
  readonly packed: number;
  /** How many bytes it holds; undefined for plain ones. */
  readonly plain: number | undefined;
  readonly reset: "nothing" | "state" | "properties" | "all";
  readonly properties: number;
}

/** The parts of LZMA2, of which the first must reset what later ones may keep. */
class Lzma2Parts {
  private isFirst = true;
  private needsProperties = true;

  next(control: number, header: Uint8Array): Part {
    const first = (header[0]! << 8) | header[1]!;
    if (control < 0x80) {
      if (control > 2) throw damaged();
      const reset = control === 1 ? "all" : "nothing";
      return { headerBytes: 2, packed: first + 1, plain: undefined, reset, properties: 0 };
    }
    const resets = ["nothing", "state", "properties", "all"] as const;
    return {
      headerBytes: header.length,
      packed: ((header[2]! << 8) | header[3]!) + 1,
      plain: ((control & 0x1f) << 16) + first + 1,
      reset: resets[(control >> 5) & 3]!,
      properties: header[4] ?? 0,
    };
  }

  decode({ plain, reset, properties }: Part, bytes: Uint8Array, decoder: LzmaDecoder): Uint8Array {
    if (reset === "all") {
      decoder.forget();
      this.needsProperties = true;
    } else if (this.isFirst) throw damaged();
    this.isFirst = false;
    if (plain === undefined) return decoder.copy(bytes);
    if (reset === "properties" || reset === "all") {
      decoder.reset(propertiesOf(properties));
      this.needsProperties = false;
    }
    if (this.needsProperties) throw damaged();
    if (reset === "state") decoder.reset();
    return decoder.decode(bytes, plain);
  }
}

function propertiesOf(byte: number) {
  const literalContext = byte % 9;
  const literalPosition = Math.floor(byte / 9) % 5;
  const position = Math.floor(byte / 45);
  if (position > 4 || literalContext + literalPosition > 4) throw damaged();
  return { literalContext, literalPosition, position };
}

/** Reads the index, and compares it with the blocks. Returns its size. */
async function readIndex(queue: ByteQueue, blocks: readonly BlockSizes[]): Promise<number> {
  // Each number takes at most nine bytes.
  const most = 1 + 9 + 18 * blocks.length + 3;
  await queue.need(most + 4);
  const { bytes } = queue;
  const index = new Numbers(withFirst(0, bytes.subarray(0, most - 1)), 1);
  if (index.read() !== blocks.length) throw damaged();
  for (const { packed, plain } of blocks)
    if (index.read() !== packed || index.read() !== plain) throw damaged();
  const padded = Math.ceil(index.at / 4) * 4;
  const whole = withFirst(0, await taken(queue, padded - 1));
  if (whole.subarray(index.at).some((byte) => byte !== 0)) throw damaged();
  if (numberAt(await taken(queue, 4), 0) !== crc32(whole)) throw wrongChecksum();
  return padded + 4;
}

/** Numbers of seven bits a byte, the lowest first; up to 2⁵³. */
class Numbers {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  read(): number {
    let value = 0;
    for (let place = 0; place < 9; place++) {
      const byte = this.bytes[this.at++];
      if (byte === undefined || (byte === 0 && place > 0)) break;
      value += (byte & 0x7f) * 2 ** (7 * place);
      if (byte < 0x80 && Number.isSafeInteger(value)) return value;
    }
    throw damaged();
  }
}

function withFirst(first: number, rest: Uint8Array): Uint8Array {
  const all = new Uint8Array(rest.length + 1);
  all[0] = first;
  all.set(rest, 1);
  return all;
}

async function taken(queue: ByteQueue, count: number): Promise<Uint8Array> {
  if (!(await queue.need(count))) throw new StreamFault("a truncated one");
  return queue.take(count);
}

function numberAt(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

function damaged(): StreamFault {
  return new StreamFault("a damaged one");
}

function wrongChecksum(): StreamFault {
  return new StreamFault("one with a wrong checksum");
}
