import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import type { SourceFile } from "./idx-file.js";

/** Large enough that the time goes into the bytes and not into events. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads a file in chunks and takes its SHA-256 on the way.
 *
 * @param path the file
 * @param work takes the chunks, all of them
 * @returns what `work` gave, and the file's name, size and checksum
 * @throws HeddleError that names the path when it cannot be read
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

/** The first bytes of a file; fewer where it is shorter. */
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
