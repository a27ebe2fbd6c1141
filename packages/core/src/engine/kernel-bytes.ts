/** How WebAssembly encodes the kind of memory that a module imports. */
const memoryFlags = { plain: 1, shared: 3 };

/** The import `env.memory` and that it is a memory, as a module writes it; its flags follow. */
const IMPORTED_MEMORY = "\x03env\x06memory\x02";
/** Imports stand near a module's beginning. */
const SEARCHED_BYTES = 4096;

/**
 * Makes a kernel build import shared or plain memory: one build serves both, because they differ in one byte.
 *
 * @returns false if `bytes` are not a kernel build
 */
export function setMemory(bytes: Uint8Array, shared: boolean): boolean {
  const beginning = String.fromCharCode(...bytes.subarray(0, SEARCHED_BYTES));
  const at = beginning.indexOf(IMPORTED_MEMORY) + IMPORTED_MEMORY.length;
  if (at < IMPORTED_MEMORY.length || !Object.values(memoryFlags).includes(bytes[at]!)) return false;
  bytes[at] = shared ? memoryFlags.shared : memoryFlags.plain;
  return true;
}
