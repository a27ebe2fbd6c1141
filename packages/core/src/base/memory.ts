import { HeddleError, messageOf } from "./errors.js";
import { formatBytes } from "./format.js";

/** True where threads may share memory: in Node, and in pages with cross-origin isolation. */
export function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer !== "undefined" &&
    ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true)
  );
}

/**
 * Bytes, filled with zeros, that the engine's threads read in place where memory can be shared.
 *
 * @throws HeddleError when there is not enough memory
 */
export function allocateShared(byteLength: number): ArrayBuffer | SharedArrayBuffer {
  try {
    return canShareMemory() ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
  } catch (thrown) {
    throw new HeddleError(
      {
        who: "Memory",
        expected: `${formatBytes(byteLength)} in one piece`,
        received: messageOf(thrown),
        next: "Use less data, or close other programs.",
      },
      { cause: thrown },
    );
  }
}

/** The same for numbers. */
export function allocateSharedFloats(length: number): Float32Array {
  return new Float32Array(allocateShared(length * Float32Array.BYTES_PER_ELEMENT));
}
