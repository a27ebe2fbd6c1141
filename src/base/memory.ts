/** True where threads may share memory: Node, and pages with cross-origin isolation. */
export function canShareMemory(): boolean {
  return (
    typeof SharedArrayBuffer !== "undefined" &&
    ((globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated ?? true)
  );
}

/** Bytes that the threads of the engine read in place where memory can be shared, zero-filled. */
export function allocateShared(byteLength: number): ArrayBuffer | SharedArrayBuffer {
  return canShareMemory() ? new SharedArrayBuffer(byteLength) : new ArrayBuffer(byteLength);
}
