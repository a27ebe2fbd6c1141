import { canShareMemory } from "../base/memory.js";

/** The bytes of an array where threads can read them, and a function to call when none reads them any more. */
export interface SharedCopy {
  readonly bytes: Uint8Array;
  readonly release: () => void;
}

/**
 * Copies of arrays in shared memory, where threads read them in place. The memory of a released copy is used for the
 * next: a thread holds every shared buffer that it has received until its own garbage is collected, which may never
 * happen in a thread that only computes.
 *
 * Sizes are powers of two, so that a call with slightly more data than the last fits as well; pages that are never
 * written to cost nothing.
 */
export class SharedCopies {
  private readonly free: SharedArrayBuffer[] = [];

  /** The bytes of an array, copied into shared memory unless they are there already or memory cannot be shared. */
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
