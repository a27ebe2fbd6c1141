import { allocateShared, allocateSharedFloats } from "../base/memory.js";

/** Bytes of a block: large enough that there are few blocks, small enough that a small file takes little memory. */
const BLOCK_BYTES = 4 << 20;

/** The most images of a block, so that a table of a few tiny ones is read in no time. */
const BLOCK_IMAGES = 4096;

/**
 * Collects images whose number is not known in advance. They are bytes until the first value that is not one, and floats
 * from then on.
 */
export class PixelStore {
  private blocks: (Uint8Array | Float32Array)[] = [];
  private readonly perBlock: number;
  private floats = false;
  count = 0;

  /** @param size how many values an image has */
  constructor(private readonly size: number) {
    this.perBlock = Math.min(BLOCK_IMAGES, Math.max(1, Math.floor(BLOCK_BYTES / size)));
  }

  /** Adds an image; `bytes` is true if every value is a whole number from 0 to 255. */
  add(values: Float32Array, bytes: boolean): void {
    if (!bytes && !this.floats) {
      this.floats = true;
      this.blocks = this.blocks.map((block) => Float32Array.from(block));
    }
    const place = this.count % this.perBlock;
    if (place === 0) {
      const length = this.perBlock * this.size;
      this.blocks.push(this.floats ? new Float32Array(length) : new Uint8Array(length));
    }
    this.blocks.at(-1)!.set(values, place * this.size);
    this.count++;
  }

  /** The last value of an image. */
  lastOf(image: number): number {
    const place = (image % this.perBlock) * this.size;
    return this.blocks[Math.floor(image / this.perBlock)]![place + this.size - 1]!;
  }

  /**
   * Moves the values of every image one place up, the last one out and `firsts` in.
   *
   * @param firsts the new first value of each image
   */
  shift(firsts: Float32Array): void {
    const before = this.blocks;
    const count = this.count;
    const values = new Float32Array(this.size);
    this.blocks = [];
    this.count = 0;
    this.floats = false;
    for (let image = 0; image < count; image++) {
      const block = before[Math.floor(image / this.perBlock)]!;
      const start = (image % this.perBlock) * this.size;
      values[0] = firsts[image]!;
      values.set(block.subarray(start, start + this.size - 1), 1);
      this.add(
        values,
        values.every((value) => value === (value & 255)),
      );
    }
  }

  /** The images for which `keep` returns true, as one array in shared memory. */
  take(keep: (image: number) => boolean): Uint8Array | Float32Array {
    let kept = 0;
    for (let image = 0; image < this.count; image++) if (keep(image)) kept++;
    const length = kept * this.size;
    const all = this.floats ? allocateSharedFloats(length) : new Uint8Array(allocateShared(length));
    let target = 0;
    for (let image = 0; image < this.count; image++) {
      if (!keep(image)) continue;
      const start = (image % this.perBlock) * this.size;
      all.set(this.blocks[Math.floor(image / this.perBlock)]!.subarray(start, start + this.size), target);
      target += this.size;
    }
    return all;
  }
}
