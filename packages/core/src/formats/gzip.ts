import { HeddleError } from "../base/errors.js";
import { type ByteSource, peek } from "./byte-source.js";

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
  const received = cause instanceof Error ? `a truncated or damaged one (${cause.message})` : "none";
  const next = "Download or copy the file again.";
  return new HeddleError({ who: name, expected: "a whole gzip stream", received, next }, { cause });
}

/**
 * The bytes of a file, decompressed if its first bytes are those of gzip. Runs in Node and in browsers.
 *
 * @param source the file's bytes, whole or in chunks
 * @param name the file's path, for errors
 * @throws HeddleError during reading, if the gzip stream is damaged
 */
export async function* gunzipped(source: ByteSource, name: string): AsyncGenerator<Uint8Array> {
  const { head, chunks } = await peek(source, 2);
  if (!isGzip(head)) {
    yield* chunks;
    return;
  }
  const iterator = chunks[Symbol.asyncIterator]();
  let failure: unknown;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        // A copy, because browsers do not decompress from shared memory.
        else controller.enqueue(new Uint8Array(value));
      } catch (error) {
        failure = error;
        controller.error(error);
      }
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
  const reader = packed.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw failure ?? (error instanceof HeddleError ? error : damagedGzip(name, error));
  } finally {
    await reader.cancel().catch(() => {});
  }
}
