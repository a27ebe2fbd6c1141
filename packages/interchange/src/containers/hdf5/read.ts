import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_WEIGHTS_BYTES } from "@heddle/core/internal/base/limits.js";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { type Attributes, readAttributes } from "./attributes.js";
import { readDataspace } from "./dataspace.js";
import { type Datatype, isNumeric, readDatatype, toFloats, typeInWords } from "./datatype.js";
import { damaged, Fields, type Hdf5Source, unread } from "./fields.js";
import { mostBytes, readFilters, unfilter } from "./filters.js";
import { MESSAGE, type Message, readMessages } from "./header.js";
import { type Layout, readChunks, readLayout } from "./layout.js";
import { isGroup, readLinks } from "./links.js";

export type { Attributes } from "./attributes.js";

/** A group of an HDF5 file: its attributes that are texts, and what is in it. */
export interface Hdf5Group {
  readonly kind: "group";
  readonly attributes: Attributes;
  readonly children: ReadonlyMap<string, Hdf5Group | Hdf5Dataset>;
}

/** An array of an HDF5 file. */
export interface Hdf5Dataset {
  readonly kind: "dataset";
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  /** The type of its elements in words: `float32`. */
  readonly type: string;
  /**
   * Its elements as floats of 32 bits, row-major.
   *
   * @throws HeddleError when they are no numbers, or are not stored in a way that Heddle reads
   */
  floats(): Promise<Float32Array<ArrayBuffer>>;
}

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
/** How deeply groups may lie within each other; nested models have two levels each. */
const MAXIMUM_DEPTH = 64;
/** The most objects of a file: the largest models have a few thousand. */
const MAXIMUM_OBJECTS = 200_000;

/**
 * Reads the groups of an HDF5 file, and where its datasets are: their elements are read when they are asked for. Files
 * of all versions as far as h5py writes them by default; nothing outside of the file is ever opened.
 *
 * @param who the file, for errors
 * @throws HeddleError when it is not HDF5, damaged, or holds links, virtual datasets, or data in other files
 */
export function readHdf5(who: string, bytes: Uint8Array): Hdf5Group {
  const source = { who, bytes };
  if (!SIGNATURE.every((byte, index) => bytes[index] === byte)) {
    throw damaged(source, "an HDF5 file", bytes.length === 0 ? "an empty one" : "other bytes");
  }
  const seen = new Set<number>();
  const object = (address: number, depth: number): Hdf5Group | Hdf5Dataset => {
    if (seen.has(address)) throw unread(source, "objects with one place each", "one that has several");
    if (depth > MAXIMUM_DEPTH) throw damaged(source, `groups at most ${MAXIMUM_DEPTH} deep`, "more");
    if (seen.size >= MAXIMUM_OBJECTS) throw damaged(source, `at most ${MAXIMUM_OBJECTS} objects`, "more");
    seen.add(address);
    const messages = readMessages(source, address);
    if (!isGroup(messages)) return dataset(source, messages);
    const children = new Map<string, Hdf5Group | Hdf5Dataset>();
    for (const link of readLinks(source, messages)) children.set(link.name, object(link.address, depth + 1));
    return { kind: "group", attributes: readAttributes(source, messages), children };
  };
  const root = object(rootAddress(source), 0);
  if (root.kind === "group") return root;
  throw damaged(source, "a group at the file's root", "a dataset");
}

function rootAddress(source: Hdf5Source): number {
  const fields = new Fields(source, "a superblock", SIGNATURE.length);
  const version = fields.u8();
  if (version > 3) throw unread(source, "an HDF5 file of version 0 to 3", `version ${version}`);
  if (version < 2) fields.skip(4);
  const [offsetBytes, lengthBytes] = [fields.u8(), fields.u8()];
  if (offsetBytes !== 8 || lengthBytes !== 8) {
    throw unread(source, "addresses of 8 bytes", `${offsetBytes} and ${lengthBytes}`);
  }
  fields.skip(version < 2 ? 9 : 1);
  if (version === 1) fields.skip(4);
  if (fields.address() !== 0) throw unread(source, "an HDF5 file from its first byte", "something before it");
  fields.skip(8);
  const end = fields.length();
  if (end > source.bytes.length) {
    throw damaged(source, `a file of ${end} bytes`, `${source.bytes.length}: it is truncated`);
  }
  // The driver's place and the root's name, which is empty.
  if (version < 2) fields.skip(16);
  const root = fields.address();
  if (root === undefined) throw damaged(source, "the address of the file's root", "none");
  return root;
}

function dataset(source: Hdf5Source, messages: readonly Message[]): Hdf5Dataset {
  const dataOf = (type: number) => messages.find((message) => message.type === type)?.data;
  const [typeData, spaceData] = [dataOf(MESSAGE.datatype), dataOf(MESSAGE.dataspace)];
  if (!typeData || !spaceData) throw damaged(source, "a group or a dataset", "neither");
  const type = readDatatype(source, typeData);
  const shape = readDataspace(source, spaceData) ?? [0];
  const attributes = readAttributes(source, messages);
  // NumPy has no bfloat16: Keras writes its bytes, and says so.
  const isBfloat = type.kind === "opaque" && type.bytes === 2 && attributes.get("dtype") === "bfloat16";
  const own: Datatype = isBfloat ? { kind: "bfloat", bytes: 2, bigEndian: false } : type;
  return {
    kind: "dataset",
    attributes,
    shape,
    type: typeInWords(own),
    floats: () => floatsOf(source, messages, { type: own, shape }),
  };
}

async function floatsOf(
  source: Hdf5Source,
  messages: readonly Message[],
  { type, shape }: { readonly type: Datatype; readonly shape: readonly number[] },
): Promise<Float32Array<ArrayBuffer>> {
  if (!isNumeric(type)) throw unread(source, "datasets of numbers", `one of ${typeInWords(type)}`);
  const totalBytes = type.bytes * sizeOf(shape);
  if (!(4 * sizeOf(shape) <= MAXIMUM_WEIGHTS_BYTES)) {
    throw damaged(
      source,
      `datasets of at most ${formatBytes(MAXIMUM_WEIGHTS_BYTES)} as floats`,
      `[${shape.join(", ")}]`,
    );
  }
  const layout = readLayout(source, messages, totalBytes);
  const filters = readFilters(source, messages);
  const bytes =
    layout.kind === "whole" ? layout.bytes : await joined(source, { layout, filters, shape, type });
  return toFloats(type, bytes);
}

/** The elements of a dataset that is stored in chunks. */
async function joined(
  source: Hdf5Source,
  {
    layout,
    filters,
    shape,
    type,
  }: {
    readonly layout: Extract<Layout, { kind: "chunks" }>;
    readonly filters: ReturnType<typeof readFilters>;
    readonly shape: readonly number[];
    readonly type: Datatype;
  },
): Promise<Uint8Array> {
  const { shape: chunkShape, tree } = layout;
  const totalBytes = type.bytes * sizeOf(shape);
  if (totalBytes === 0) return new Uint8Array();
  const chunks = tree === undefined ? [] : readChunks(source, tree, chunkShape.length);
  const needed = shape.reduce((count, size, axis) => count * Math.ceil(size / (chunkShape[axis] ?? 1)), 1);
  if (chunkShape.length !== shape.length || chunks.length !== needed) {
    throw damaged(source, `${needed} chunks of a dataset [${shape.join(", ")}]`, `${chunks.length}`);
  }
  const expected = type.bytes * sizeOf(chunkShape);
  // A few bytes could declare any number.
  const short = chunks.find(({ bytes }) => expected > mostBytes(filters, bytes.length));
  if (short) throw damaged(source, `a chunk of ${expected} bytes`, `${short.bytes.length} that are stored`);
  const result = new Uint8Array(totalBytes);
  const places = new Set<string>();
  for (const chunk of chunks) {
    const fits = chunk.start.every((at, axis) => at < shape[axis]! && at % chunkShape[axis]! === 0);
    if (!fits || places.has(chunk.start.join())) {
      throw damaged(source, "each chunk at a place of its own", `one at [${chunk.start.join(", ")}]`);
    }
    places.add(chunk.start.join());
    const content = await unfilter(source, filters, chunk, { expected, elementBytes: type.bytes });
    place(result, shape, { content, start: chunk.start, shape: chunkShape }, type.bytes);
  }
  return result;
}

/** Copies a chunk, as far as it is within the array, row by row. */
function place(
  array: Uint8Array,
  shape: readonly number[],
  chunk: {
    readonly content: Uint8Array;
    readonly start: readonly number[];
    readonly shape: readonly number[];
  },
  elementBytes: number,
): void {
  const last = shape.length - 1;
  const copy = (axis: number, to: number, from: number) => {
    const start = chunk.start[axis]!;
    const count = Math.min(chunk.shape[axis]!, shape[axis]! - start);
    const [toAxis, fromAxis] = [to * shape[axis]! + start, from * chunk.shape[axis]!];
    if (axis === last) {
      const row = chunk.content.subarray(fromAxis * elementBytes, (fromAxis + count) * elementBytes);
      array.set(row, toAxis * elementBytes);
      return;
    }
    for (let index = 0; index < count; index++) copy(axis + 1, toAxis + index, fromAxis + index);
  };
  copy(0, 0, 0);
}
