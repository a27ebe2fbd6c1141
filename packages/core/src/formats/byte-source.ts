/** A file's bytes, whole or in chunks, as `file.stream()` and `response.body` provide them. */
export type ByteSource = Uint8Array | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** Small enough that decompression stops soon after its reader does. */
const PIECE_BYTES = 1 << 16;

/** The chunks of a source. */
export function chunksOf(source: ByteSource): AsyncIterable<Uint8Array> {
  if (source instanceof Uint8Array) return pieces(source);
  return "getReader" in source ? streamed(source) : source;
}

/**
 * The first bytes of a source, and all of it.
 *
 * @param count how many bytes; fewer if the source has fewer
 */
export async function peek(
  source: ByteSource,
  count: number,
): Promise<{ readonly head: Uint8Array; readonly chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunksOf(source)[Symbol.asyncIterator]();
  // They may arrive one by one.
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < count) {
    const next = await iterator.next();
    if (next.done) break;
    head = joined(head, next.value);
  }
  let first: Uint8Array | undefined = head;
  const all: AsyncIterator<Uint8Array> = {
    next: async () => {
      if (!first) return iterator.next();
      const value = first;
      first = undefined;
      return { done: false, value };
    },
    // Whoever stops at the first bytes must not leave a file open.
    return: async (value) => {
      await iterator.return?.();
      return { done: true, value };
    },
  };
  return { head, chunks: { [Symbol.asyncIterator]: () => all } };
}

/** The chunks of a stream; not every browser can iterate over one. */
async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
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

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
