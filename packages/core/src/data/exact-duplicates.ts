import type { ImageSet } from "./dataset.js";

/** Images that equal an earlier one, byte for byte. */
export interface Duplicates {
  /** How many images equal an earlier one, or one in the other split; the first of its kind does not count. */
  readonly count: number;
  /** How many of these have a different label from the first of their kind. */
  readonly conflicting: number;
  /** The first few, as positions of the first of its kind and of its duplicate. */
  readonly examples: readonly (readonly [first: number, duplicate: number])[];
}

const EXAMPLES = 5;

/**
 * Finds images by their bytes: an open-addressing hash table of the positions of a set's distinct images. Equal hashes
 * are verified byte by byte.
 */
export class ImageIndex {
  private readonly images: ByteImages;
  private readonly slots: Int32Array;
  private readonly hashes: Uint32Array;

  constructor(private readonly set: ImageSet) {
    this.images = new ByteImages(set);
    // At most half full, so that runs of occupied slots stay short.
    this.slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * set.count + 1))).fill(-1);
    this.hashes = new Uint32Array(set.count);
  }

  /** Indexes every image and returns those that equal an earlier one. */
  fill(): Duplicates {
    return count(this.set, this.set, (position) => {
      const hash = this.images.hash(position);
      this.hashes[position] = hash;
      const slot = this.slotOf(this.images, position, hash);
      if (this.slots[slot]! >= 0) return this.slots[slot]!;
      this.slots[slot] = position;
      return -1;
    });
  }

  /** The images of another set that equal an indexed one; each counts, even if it repeats an earlier one. */
  find(other: ImageSet): Duplicates {
    const images = new ByteImages(other);
    return count(this.set, other, (position) => {
      return this.slots[this.slotOf(images, position, images.hash(position))]!;
    });
  }

  /** The slot that holds an image equal to `images[position]`, or the free slot where it belongs. */
  private slotOf(images: ByteImages, position: number, hash: number): number {
    const mask = this.slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const held = this.slots[slot]!;
      if (held < 0) return slot;
      if (this.hashes[held] === hash && this.images.equal(held, images, position)) return slot;
    }
  }
}

/** Counts duplicates; `firstOf` returns the position of an equal image in `firsts`, or -1. */
function count(firsts: ImageSet, set: ImageSet, firstOf: (position: number) => number): Duplicates {
  const examples: (readonly [number, number])[] = [];
  let duplicates = 0;
  let conflicting = 0;
  for (let position = 0; position < set.count; position++) {
    const first = firstOf(position);
    if (first < 0) continue;
    duplicates++;
    if (firsts.labels[first] !== set.labels[position]) conflicting++;
    if (examples.length < EXAMPLES) examples.push([first, position]);
  }
  return { count: duplicates, conflicting, examples };
}

/** A set's images as bytes, whatever their element type. */
class ByteImages {
  private readonly bytes: Uint8Array;
  private readonly imageBytes: number;

  constructor({ images, count }: ImageSet) {
    this.bytes = new Uint8Array(images.buffer, images.byteOffset, images.byteLength);
    this.imageBytes = images.byteLength / count;
  }

  /** 32-bit FNV-1a, mixed so that the low bits, which choose the slot, depend on all of them. */
  hash(position: number): number {
    let hash = 0x811c9dc5;
    const end = (position + 1) * this.imageBytes;
    for (let index = position * this.imageBytes; index < end; index++) {
      hash = Math.imul(hash ^ this.bytes[index]!, 0x01000193);
    }
    return Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  }

  equal(position: number, other: ByteImages, otherPosition: number): boolean {
    if (this.imageBytes !== other.imageBytes) return false;
    const start = position * this.imageBytes;
    const otherStart = otherPosition * other.imageBytes;
    for (let index = 0; index < this.imageBytes; index++) {
      if (this.bytes[start + index] !== other.bytes[otherStart + index]) return false;
    }
    return true;
  }
}
