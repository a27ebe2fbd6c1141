import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import type { SourceFile } from "./idx-file.js";

/** Large enough that the time is spent on bytes rather than on events. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file in chunks and computes its SHA-256 at the same time.
 *
 * @param work must consume all the chunks
 * @returns the result of `work`, and the file's name, size and checksum
 * @throws HeddleError if the file cannot be read
 */
export async function readHashed<Result>(
  path: string,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<{ readonly result: Result; readonly file: SourceFile }> {
  const hash = createHash("sha256");
  let bytes = 0;
  const chunks = async function* () {
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
        const part = chunk as Uint8Array;
        hash.update(part);
        bytes += part.length;
        yield part;
      }
    } catch (thrown) {
      throw fileError(path, "a file that can be read", thrown);
    }
  };
  const result = await work(chunks());
  return { result, file: { name: basename(path), bytes, sha256: hash.digest("hex") } };
}

/** The first `count` bytes of a file, or all if there are fewer. */
export async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  try {
    const handle = await open(path);
    try {
      const buffer = new Uint8Array(count);
      const { bytesRead } = await handle.read(buffer, 0, count, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (thrown) {
    throw fileError(path, "a file that can be read", thrown);
  }
}
