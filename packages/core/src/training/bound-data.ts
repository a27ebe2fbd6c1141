import type { Engine } from "../engine/engine.js";
import { capacityOf, isCopied, SharedCopies, type SharedCopy } from "./shared-copies.js";
import type { Columns } from "./stream-reader.js";

/** Arrays that the threads know by a number. */
interface Bound {
  readonly id: number;
  readonly copies: readonly SharedCopy[];
}

/** Of fewer bytes than these, telling the threads takes longer than copying. */
const FEW_BYTES = 1 << 16;
/** How many sets of few bytes stay known to the threads while no call reads them. */
const MOST_IDLE = 4;

/** Arrays of samples that an engine's threads know by a number, and read in shared memory where there is any. */
export class BoundData {
  private readonly copies = new SharedCopies();
  /** By their numbers. */
  private readonly bound = new Map<number, Bound>();
  /** Copies of few bytes that no call reads any more, by their capacities: the next arrays that fit take their places. */
  private readonly idle = new Map<string, Bound>();

  constructor(private readonly engine: Pick<Engine, "bind" | "unbind">) {}

  /** Makes arrays known to the threads; returns their number. */
  bind(...arrays: readonly ArrayBufferView[]): number {
    return this.bindArrays(arrays).id;
  }

  /** Makes columns of samples known to the threads: their number, and the images, which stay until `unbind`. */
  bindColumns({ images, targets, weights }: Columns): {
    readonly data: number;
    readonly images: Columns["images"];
  } {
    const { id, copies } = this.bindArrays(
      [images, targets, weights].filter((column) => column !== undefined),
    );
    const bytes = copies[0]!.memory.subarray(0, images.byteLength);
    // Where memory is not shared, the threads have copies, and these are the caller's bytes.
    const kept = bytes.buffer === images.buffer ? bytes.slice() : bytes;
    if (images instanceof Uint8Array) return { data: id, images: kept };
    return { data: id, images: new Float32Array(kept.buffer, kept.byteOffset, images.length) };
  }

  /** Forgets arrays that no run reads any more. */
  unbind(id: number): void {
    const bound = this.bound.get(id);
    if (!bound) return;
    this.bound.delete(id);
    const sizes = bound.copies.map(({ memory }) => memory.byteLength);
    const key = sizes.join();
    const few = sizes.reduce((sum, bytes) => sum + bytes, 0) <= FEW_BYTES;
    if (!few || this.idle.has(key) || !bound.copies.every(({ refill }) => refill)) {
      this.forget(bound);
      return;
    }
    this.idle.set(key, bound);
    for (const [oldest, its] of this.idle) {
      if (this.idle.size <= MOST_IDLE) break;
      this.idle.delete(oldest);
      this.forget(its);
    }
  }

  private bindArrays(arrays: readonly ArrayBufferView[]): Bound {
    const bound = this.refilled(arrays) ?? this.told(arrays);
    this.bound.set(bound.id, bound);
    return bound;
  }

  /** Copies arrays to where the threads look already, if there is such a place. */
  private refilled(arrays: readonly ArrayBufferView[]): Bound | undefined {
    const key = arrays.map(capacityOf).join();
    const bound = this.idle.get(key);
    if (!bound || !arrays.every(isCopied)) return undefined;
    this.idle.delete(key);
    for (const [index, { refill }] of bound.copies.entries()) refill!(arrays[index]!);
    return bound;
  }

  private told(arrays: readonly ArrayBufferView[]): Bound {
    const copies = arrays.map((array) => this.copies.of(array));
    return { id: this.engine.bind(copies.map(({ memory }) => memory)), copies };
  }

  private forget({ id, copies }: Bound): void {
    this.engine.unbind(id);
    for (const { release } of copies) release();
  }
}
