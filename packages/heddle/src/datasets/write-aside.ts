import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";

/**
 * Writes a file or folder under a temporary name next to its target, and renames it when it is complete, so that readers
 * see the old or the new one, never a part. Replaces an existing target.
 *
 * @param target the path of a file or folder; missing parent folders are created
 * @param write writes the file or folder at the path that it receives
 * @param signal ends the writing
 * @throws HeddleError if writing fails, AbortedError on `signal`; the temporary file or folder is removed
 */
export async function writeAside(
  target: string,
  write: (aside: string) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  const path = resolve(target);
  const mark = randomBytes(6).toString("hex");
  const aside = join(dirname(path), `.${basename(path)}.${mark}.tmp`);
  const old = join(dirname(path), `.${basename(path)}.${mark}.old`);
  try {
    await makeFolder(dirname(path));
    await write(aside);
    checkNotAborted(signal, `Writing ${target}`);
    const replaced = await stat(path).catch(() => undefined);
    // A folder cannot be renamed over one that holds files.
    if (replaced?.isDirectory()) await rename(path, old);
    await rename(aside, path);
  } catch (thrown) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    if (thrown instanceof HeddleError) throw thrown;
    throw fileError(target, "a place that can be written", thrown);
  }
  await rm(old, { recursive: true, force: true }).catch(() => undefined);
}

/**
 * Writes the pieces of a file, compressed with gzip if `target` ends in `.gz`, and waits until they are on disk.
 *
 * @throws AbortedError on `signal`, between two pieces
 */
export async function writePieces(
  path: string,
  target: string,
  pieces: Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<void> {
  const file = createWriteStream(path, { flags: "wx" });
  const source = Readable.from(untilAborted(pieces, target, signal), { objectMode: true });
  if (/\.gz$/i.test(target)) await pipeline(source, createGzip(), file);
  else await pipeline(source, file);
  const handle = await open(path, "r+");
  await handle.sync().finally(() => handle.close());
}

/** Long pieces are cut, so that a signal is heard soon. */
const PIECE_BYTES = 1 << 20;

function* untilAborted(
  pieces: Iterable<Uint8Array>,
  target: string,
  signal: AbortSignal | undefined,
): Generator<Uint8Array> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += PIECE_BYTES) {
      checkNotAborted(signal, `Writing ${target}`);
      yield piece.subarray(at, at + PIECE_BYTES);
    }
  }
}
