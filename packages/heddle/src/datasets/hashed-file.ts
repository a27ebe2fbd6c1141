import { createHash } from "node:crypto";
import { basename } from "node:path";
import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, openFile } from "@heddle/core/internal/base/files-node.js";
import type { SourceFile } from "./idx-file.js";

/** Large enough that the time is spent on bytes rather than on events. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file in chunks and computes its SHA-256 at the same time.
 *
 * @param work must consume all the chunks
 * @param signal ends the reading
 * @returns the result of `work`, and the file's name, size and checksum
 * @throws HeddleError if it is not a file, or cannot be read; AbortedError on `signal`
 */
export async function readHashed<Result>(
  path: string,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
  signal?: AbortSignal,
): Promise<{ readonly result: Result; readonly file: SourceFile }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const { handle } = await openFile(path);
  const chunks = async function* () {
    try {
      for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
        checkNotAborted(signal, `Reading ${path}`);
        const part = chunk as Uint8Array;
        hash.update(part);
        bytes += part.length;
        yield part;
      }
    } catch (thrown) {
      throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be read", thrown);
    }
  };
  const result = await work(chunks()).finally(() => handle.close());
  return { result, file: { name: basename(path), bytes, sha256: hash.digest("hex") } };
}

/** The first `count` bytes of a file, or all if there are fewer. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const { handle } = await openFile(path);
    try {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await handle.read(buffer, 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be read", thrown);
  }
}
