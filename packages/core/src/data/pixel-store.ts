import { allocateShared } from "../base/memory.js";

/** Images a block: large enough that blocks are few, small enough that a small file takes little. */
const BLOCK_BYTES = 4 << 20;

/** The most images of a block: a table of a few tiny ones is read in no time. */
const BLOCK_IMAGES = 4096;

/**
 * Images that come one by one, nobody knows how many: bytes as long as every value is one, floats from the
 * first other value on.
 */
export class PixelStore {
  private blocks: (Uint8Array | Float32Array)[] = [];
  private readonly perBlock: number;
  private floats = false;
  count = 0;

  /** @param size values of an image */
  constructor(private readonly size: number) {
    this.perBlock = Math.min(BLOCK_IMAGES, Math.max(1, Math.floor(BLOCK_BYTES / size)));
  }

  /** Adds an image; `bytes` says that every value is a whole number from 0 to 255. */
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

  /**
   * The images of which `keep` says so as one array, in memory that threads can share; the store is empty
   * afterwards.
   */
  take(keep: (image: number) => boolean): Uint8Array | Float32Array {
    let kept = 0;
    for (let image = 0; image < this.count; image++) if (keep(image)) kept++;
    const length = kept * this.size;
    const all = this.floats
      ? new Float32Array(allocateShared(length * Float32Array.BYTES_PER_ELEMENT))
      : new Uint8Array(allocateShared(length));
    let target = 0;
    for (let image = 0; image < this.count; image++) {
      if (!keep(image)) continue;
      const start = (image % this.perBlock) * this.size;
      all.set(this.blocks[Math.floor(image / this.perBlock)]!.subarray(start, start + this.size), target);
      target += this.size;
    }
    this.blocks = [];
    return all;
  }
}
