import { HeddleError } from "../base/errors.js";
import { damagedGzip, isGzip } from "./gzip.js";

/** Small enough that decompression stops soon after its reader does. */
const PIECE_BYTES = 1 << 16;

/** A file's bytes, whole or in chunks: what `file.stream()` or `response.body` gives in a browser too. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/**
 * The bytes of a file, decompressed where its first bytes say gzip; in Node and in browsers.
 *
 * @param source the file's bytes, whole or in chunks
 * @param name who complains: the file's path
 * @throws HeddleError while it is read, when the gzip stream is damaged
 */
export async function* gunzipped(source: ByteSource, name: string): AsyncGenerator<Uint8Array> {
  const chunks =
    source instanceof Uint8Array ? pieces(source) : "getReader" in source ? chunksOf(source) : source;
  const iterator = chunks[Symbol.asyncIterator]();
  // The two bytes that tell may come one by one.
  let head = new Uint8Array(0);
  for (let next = await iterator.next(); ; next = await iterator.next()) {
    if (!next.done) head = joined(head, next.value);
    if (next.done || head.length >= 2) break;
  }
  if (!isGzip(head)) {
    yield head;
    yield* { [Symbol.asyncIterator]: () => iterator };
    return;
  }
  let failure: unknown;
  const packed = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start: (controller) => controller.enqueue(head),
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done) controller.close();
        // A copy: browsers do not decompress from shared memory.
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

/** Not every browser iterates over streams. */
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
