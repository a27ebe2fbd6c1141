import { HeddleError, messageOf } from "./errors.js";
import { formatBytes } from "./format.js";

/** True where threads may share memory: Node, and pages with cross-origin isolation. */
export function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer !== "undefined" &&
    ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true)
  );
}

/**
 * Bytes that the threads of the engine read in place where memory can be shared, zero-filled.
 *
 * @throws HeddleError where there is not so much memory
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
        next: "Take less data, or close other programs.",
      },
      { cause: thrown },
    );
  }
}
