import { HeddleError } from "../base/errors.js";

/** DEFLATE cannot expand further: a match of 258 bytes takes at least two bits. */
const LARGEST_EXPANSION = 1032;

/** Small enough that decompression stops soon after its reader does. */
const PIECE_BYTES = 1 << 16;

/** A file's bytes, whole or in chunks, as `file.stream()` and `response.body` provide them. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

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
  const chunks =
    source instanceof Uint8Array ? pieces(source) : "getReader" in source ? chunksOf(source) : source;
  const iterator = chunks[Symbol.asyncIterator]();
  // The two bytes that decide may arrive one by one.
  let head = new Uint8Array(0);
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (!next.done) head = joined(head, next.value);
    if (next.done || head.length >= 2) break;
  }
  if (!isGzip(head)) {
    try {
      yield head;
      yield* { [Symbol.asyncIterator]: () => iterator };
    } finally {
      // Whoever stops at the first bytes must not leave a file open.
      await iterator.return?.();
    }
    return;
  }
  let failure: unknown;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(head),
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

/** The chunks of a stream; not every browser can iterate over one. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) yield bytes.subarray(at, at + PIECE_BYTES);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
