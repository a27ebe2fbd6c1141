import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { UNDEFINED_ADDRESS } from "./fields.js";
import { attribute, Block, datasetMessages, message, objectHeader, padded } from "./write-blocks.js";

/** A group to be written: its texts, and what is in it. */
export interface Hdf5GroupContent {
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children: ReadonlyMap<string, Hdf5GroupContent | Hdf5DatasetContent>;
}

/** A dataset to be written: floats of 32 bits, or a whole number of 64. */
export interface Hdf5DatasetContent {
  readonly shape: readonly number[];
  readonly values: Float32Array | bigint;
}

const SUPERBLOCK_BYTES = 96;
/** Half of the objects that a group's node has room for: HDF5's own default. */
const LEAF_K = 4;
/** Half of the nodes that a group's tree has room for: HDF5's own default, for groups of up to 256 objects. */
const LEAST_TREE_K = 16;
/** The smallest heap of texts. */
const LEAST_HEAP_BYTES = 4096;
/** Objects of a heap are numbered in 16 bits. */
const MOST_TEXTS = 65_535;

/**
 * Writes an HDF5 file as HDF5 1.6 to 2.0 read it: superblock 0, groups as tables, contiguous datasets without filters.
 *
 * @param who what is written, for errors
 * @throws HeddleError when the file would be too large
 */
export function writeHdf5(who: string, root: Hdf5GroupContent): Uint8Array {
  return new Writer(who, root).file();
}

class Writer {
  private readonly blocks: Uint8Array[] = [];
  private length = SUPERBLOCK_BYTES;
  /** The number of each text in the heap. */
  private readonly texts: ReadonlyMap<string, number>;
  private readonly heapAddress: number;
  private readonly treeK: number;

  constructor(
    private readonly who: string,
    private readonly root: Hdf5GroupContent,
  ) {
    const texts = new Set<string>();
    let most = 0;
    const visit = ({ attributes = {}, children }: Hdf5GroupContent) => {
      for (const text of Object.values(attributes)) texts.add(text);
      most = Math.max(most, children.size);
      for (const child of children.values()) if ("children" in child) visit(child);
    };
    visit(root);
    if (texts.size > MOST_TEXTS) throw this.tooLarge(`${texts.size} names`);
    this.texts = new Map([...texts].map((text, index) => [text, index + 1]));
    this.treeK = Math.max(LEAST_TREE_K, Math.ceil(most / (2 * LEAF_K) / 2));
    this.heapAddress = this.add(this.heap());
  }

  file(): Uint8Array {
    const root = this.group(this.root);
    const file = new Uint8Array(this.length);
    file.set(this.superblock(root));
    let at = SUPERBLOCK_BYTES;
    for (const block of this.blocks) {
      file.set(block, at);
      at += padded(block.length);
    }
    return file;
  }

  /** Places a block at the next address that is a multiple of 8. */
  private add(block: Uint8Array): number {
    const address = this.length;
    this.length += padded(block.length);
    if (this.length > MAXIMUM_FILE_BYTES) throw this.tooLarge(`more than ${formatBytes(MAXIMUM_FILE_BYTES)}`);
    this.blocks.push(block);
    return address;
  }

  private tooLarge(received: string): HeddleError {
    const expected = `an HDF5 file of at most ${formatBytes(MAXIMUM_FILE_BYTES)}`;
    return new HeddleError({ who: this.who, expected, received, next: "Export a smaller model." });
  }

  private superblock(root: { readonly header: number; readonly tree: number; readonly heap: number }) {
    return new Block(SUPERBLOCK_BYTES)
      .bytes(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a)
      .bytes(0, 0, 0, 0, 0, 8, 8, 0)
      .u16(LEAF_K, this.treeK)
      .u32(0)
      .u64(0, UNDEFINED_ADDRESS, this.length, UNDEFINED_ADDRESS)
      .u64(0, root.header)
      .u32(1, 0)
      .u64(root.tree, root.heap).content;
  }

  /** All texts of attributes, in one heap; each is an object with a number. */
  private heap(): Uint8Array {
    const encoded = [...this.texts.keys()].map((text) => new TextEncoder().encode(text));
    const used = encoded.reduce((sum, { length }) => sum + 16 + padded(length), 16);
    // The object numbered 0 is the free space, which has a header of its own.
    const size = Math.max(LEAST_HEAP_BYTES, used + 16);
    const block = new Block(size).text("GCOL").bytes(1, 0, 0, 0).u64(size);
    encoded.forEach((text, index) => {
      block
        .u16(index + 1, 1)
        .u32(0)
        .u64(text.length)
        .put(text)
        .align();
    });
    return block
      .u16(0, 0)
      .u32(0)
      .u64(size - used).content;
  }

  private attributesOf({ attributes = {} }: Hdf5GroupContent): Uint8Array[] {
    return Object.entries(attributes).map(([name, text]) => {
      const length = new TextEncoder().encode(text).length;
      return attribute(name, { length, heap: this.heapAddress, index: this.texts.get(text)! });
    });
  }

  private dataset({ shape, values }: Hdf5DatasetContent): number {
    const content = typeof values === "bigint" ? new Block(8).u64(values).content : littleEndian(values);
    const address = content.length === 0 ? UNDEFINED_ADDRESS : this.add(content);
    const type = typeof values === "bigint" ? "int64" : "float32";
    return this.add(objectHeader(datasetMessages({ type, shape, address, bytes: content.length })));
  }

  /** Writes what is in a group, then its table, then itself: addresses are known before they are needed. */
  private group(content: Hdf5GroupContent) {
    const encoder = new TextEncoder();
    const objects = [...content.children].map(([name, child]) => ({
      name: encoder.encode(name),
      header: "children" in child ? this.group(child).header : this.dataset(child),
    }));
    objects.sort((a, b) => compareBytes(a.name, b.name));
    // The names lie one after the other, after the empty one.
    let end = 8;
    const entries = objects.map(({ name, header }) => {
      const offset = end;
      end += padded(name.length + 1);
      return { name, header, offset };
    });
    const names = new Block(end);
    for (const { name, offset } of entries) names.at(offset).bytes(...name);
    const data = this.add(names.content);
    const heap = this.add(new Block(32).text("HEAP").bytes(0, 0, 0, 0).u64(end, 1, data).content);

    const tree = new Block(24 + (4 * this.treeK + 1) * 8).text("TREE").bytes(0, 0);
    tree.u16(Math.ceil(entries.length / (2 * LEAF_K))).u64(UNDEFINED_ADDRESS, UNDEFINED_ADDRESS, 0);
    for (let first = 0; first < entries.length; first += 2 * LEAF_K) {
      const part = entries.slice(first, first + 2 * LEAF_K);
      const node = new Block(8 + 2 * LEAF_K * 40).text("SNOD").bytes(1, 0).u16(part.length);
      for (const { offset, header } of part) node.u64(offset, header, 0, 0, 0);
      tree.u64(this.add(node.content), part.at(-1)!.offset);
    }
    const treeAddress = this.add(tree.content);
    const table = message(0x11, new Block(16).u64(treeAddress, heap).content);
    const header = this.add(objectHeader([table, ...this.attributesOf(content)]));
    return { header, tree: treeAddress, heap };
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const different = a.findIndex((byte, index) => byte !== b[index]);
  return different < 0 ? a.length - b.length : a[different]! - (b[different] ?? -1);
}

function littleEndian(values: Float32Array): Uint8Array {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] === 1) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, index) => {
    view.setFloat32(4 * index, value, true);
  });
  return new Uint8Array(view.buffer);
}
