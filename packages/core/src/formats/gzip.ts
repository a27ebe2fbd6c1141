import { HeddleError } from "../base/errors.js";

/** DEFLATE cannot expand further: a match of 258 bytes takes at least two bits. */
const LARGEST_EXPANSION = 1032;

/** The most bytes that `compressedBytes` of gzip can hold. */
export function largestExpansion(compressedBytes: number): number {
  return compressedBytes * LARGEST_EXPANSION;
}

/** True for the first bytes of a gzip stream. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The error for a gzip stream that its decompressor gave up on. */
export function damagedGzip(name: string, cause: unknown): HeddleError {
  const received = cause instanceof Error ? `one that breaks off or is damaged (${cause.message})` : "none";
  const next = "The file is truncated or damaged: get it again.";
  return new HeddleError({ who: name, expected: "a whole gzip stream", received, next }, { cause });
}
