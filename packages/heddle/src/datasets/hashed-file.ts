import { createHash } from "node:crypto";
import { basename } from "node:path";
import type { SourceFile } from "./idx-file.js";
import { chunksOf } from "./source-folder.js";

/**
 * Reads a file on disk in chunks and computes its SHA-256 at the same time.
 *
 * @param work must consume all the chunks
 * @param signal ends the reading
 * @returns the result of `work`, and the file's name, size and checksum
 * @throws HeddleError if it is not a file, or cannot be read; AbortedError on `signal`
 */
export function readHashed<Result>(
  path: string,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Hashed<Result>> {
  return hashed(chunksOf(path, signal), basename(path), work);
}

/** The result of reading a file, and its name, size and checksum. */
interface Hashed<Result> {
  readonly result: Result;
  readonly file: SourceFile;
}

/** Reads a file's chunks as {@link readHashed} does. */
export async function hashed<Result>(
  source: AsyncIterable<Uint8Array>,
  name: string,
  work: (chunks: AsyncIterable<Uint8Array>) => Promise<Result>,
): Promise<Hashed<Result>> {
  const hash = createHash("sha256");
  let bytes = 0;
  const chunks = async function* () {
    for await (const chunk of source) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const result = await work(chunks());
  return { result, file: { name, bytes, sha256: hash.digest("hex") } };
}
