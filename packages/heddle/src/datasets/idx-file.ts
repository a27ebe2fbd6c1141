import { createHash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { checkNotAborted, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { openFile } from "@heddle/core/internal/base/files-node.js";
import type { DatasetSource } from "@heddle/core/internal/data/dataset.js";
import { IdxReader } from "@heddle/core/internal/data/idx/read.js";
import { damagedGzip, isGzip, largestExpansion } from "@heddle/core/internal/formats/gzip.js";
import type { IdxArray } from "@heddle/core/internal/formats/idx.js";

/** One file of `DatasetSource.files`. */
export type SourceFile = DatasetSource["files"][number];

/** Large enough that the time is spent on decompression rather than on events. */
const CHUNK_BYTES = 1 << 20;

/**
 * Reads an IDX file from disk, plain or gzip (as its first bytes say), and computes its SHA-256 at the same time.
 * In addition to the result it needs memory for a few chunks of one mebibyte.
 *
 * @param signal ends the reading
 * @returns the contents, and the name, size and checksum of the file on disk
 * @throws HeddleError if the file cannot be read or is not one whole IDX file; AbortedError on `signal`
 * @example
 * const { array, file } = await readIdxFile("train-images-idx3-ubyte.gz");
 * array.shape; // [60000, 28, 28]
 */
export async function readIdxFile(
  path: string,
  signal?: AbortSignal,
): Promise<{ array: IdxArray; file: SourceFile }> {
  const name = basename(path);
  let handle: FileHandle | undefined;
  try {
    const opened = await openFile(path);
    handle = opened.handle;
    const { bytes } = opened;
    const { array, sha256 } = await readOpenFile(handle, { path, bytes, signal });
    return { array, file: { name, bytes, sha256 } };
  } catch (error) {
    if (error instanceof HeddleError) throw error;
    const next = "Check the path and its permissions.";
    throw new HeddleError(
      { who: path, expected: "a readable IDX file", received: messageOf(error), next },
      { cause: error },
    );
  } finally {
    await handle?.close();
  }
}

async function readOpenFile(
  handle: FileHandle,
  {
    path,
    bytes: fileBytes,
    signal,
  }: { readonly path: string; readonly bytes: number; readonly signal: AbortSignal | undefined },
) {
  const magic = new Uint8Array(2);
  await handle.read(magic, 0, magic.length, 0);
  const packed = isGzip(magic);
  const reader = new IdxReader(path, packed ? largestExpansion(fileBytes) : fileBytes);
  const hash = createHash("sha256");
  const source = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false });
  const hashed = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      checkNotAborted(signal, `Reading ${path}`);
      hash.update(chunk);
      yield chunk;
    }
  };
  const keep = async (chunks: AsyncIterable<Uint8Array>) => {
    for await (const chunk of chunks) reader.push(chunk);
  };
  if (packed) {
    const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
    await pipeline(source, hashed, gunzip, keep).catch((error: unknown) => {
      throw isZlibError(error) ? damagedGzip(path, error) : error;
    });
    if (gunzip.bytesWritten < fileBytes) {
      throw new HeddleError({
        who: path,
        expected: "nothing after the gzip stream",
        received: `${fileBytes - gunzip.bytesWritten} more bytes`,
        next: "The file is damaged; download or copy it again.",
      });
    }
  } else {
    await pipeline(source, hashed, keep);
  }
  return { array: reader.finish(), sha256: hash.digest("hex") };
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith("Z_");
}
