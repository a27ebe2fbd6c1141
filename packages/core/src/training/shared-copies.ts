import { canShareMemory } from "../base/memory.js";

/** The bytes of an array where threads can read them, and a function to call when none reads them any more. */
export interface SharedCopy {
  readonly bytes: Uint8Array;
  /** The memory that holds them: as many bytes as `capacityOf` says where they were copied. */
  readonly memory: Uint8Array;
  /** Copies another array of this capacity to the same place; absent where nothing was copied. */
  readonly refill?: (array: ArrayBufferView) => void;
  readonly release: () => void;
}

/** Whether threads read a copy of an array: memory can be shared, and the array is not in it yet. */
export function isCopied(array: ArrayBufferView): boolean {
  return canShareMemory() && !(array.buffer instanceof SharedArrayBuffer);
}

/** How many bytes of shared memory hold a copy of an array. */
export function capacityOf({ byteLength }: ArrayBufferView): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, byteLength)));
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
    if (!isCopied(array)) {
      const bytes = bytesOf(array);
      return { bytes, memory: bytes, release: () => {} };
    }
    const buffer = this.take(capacityOf(array));
    const memory = new Uint8Array(buffer);
    const refill = (other: ArrayBufferView) => memory.set(bytesOf(other));
    refill(array);
    const bytes = memory.subarray(0, array.byteLength);
    return { bytes, memory, refill, release: () => this.free.push(buffer) };
  }

  private take(byteLength: number): SharedArrayBuffer {
    const index = this.free.findIndex((buffer) => buffer.byteLength === byteLength);
    return index < 0 ? new SharedArrayBuffer(byteLength) : this.free.splice(index, 1)[0]!;
  }
}

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
