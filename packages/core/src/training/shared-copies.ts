import { canShareMemory } from "../base/memory.js";

/** The bytes of an array where threads can read them, and what to call once none does any more. */
export interface SharedCopy {
  readonly bytes: Uint8Array;
  readonly release: () => void;
}

/**
 * Copies of arrays in shared memory, where threads read them in place. The memory of a copy is used again for the
 * next: a thread that was given a shared buffer holds its memory until that thread's own garbage is collected, which
 * in a thread that only computes may be never.
 *
 * Sizes are powers of two, so that calls with a little more data each time find memory too; pages that nobody
 * writes to cost nothing.
 */
export class SharedCopies {
  private readonly free: SharedArrayBuffer[] = [];

  /** The bytes of an array, copied to shared memory unless they are there already or memory cannot be shared. */
  of(array: ArrayBufferView): SharedCopy {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    if (!canShareMemory() || array.buffer instanceof SharedArrayBuffer) return { bytes, release: () => {} };
    const buffer = this.take(2 ** Math.ceil(Math.log2(Math.max(1, bytes.byteLength))));
    const copy = new Uint8Array(buffer, 0, bytes.byteLength);
    copy.set(bytes);
    return { bytes: copy, release: () => this.free.push(buffer) };
  }

  private take(byteLength: number): SharedArrayBuffer {
    const index = this.free.findIndex((buffer) => buffer.byteLength === byteLength);
    return index < 0 ? new SharedArrayBuffer(byteLength) : this.free.splice(index, 1)[0]!;
  }
}
