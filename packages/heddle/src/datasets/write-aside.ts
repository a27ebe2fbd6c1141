import { randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";

/**
 * Writes a file or folder under a temporary name next to its target, and renames it when it is complete, so that readers
 * see the old or the new one, never a part. Replaces an existing target.
 *
 * @param target the path of a file or folder; missing parent folders are created
 * @param write writes the file or folder at the path that it receives
 * @throws HeddleError if writing fails; the temporary file or folder is removed
 */
export async function writeAside(target: string, write: (aside: string) => Promise<void>): Promise<void> {
  const path = resolve(target);
  const mark = randomBytes(6).toString("hex");
  const aside = join(dirname(path), `.${basename(path)}.${mark}.tmp`);
  const old = join(dirname(path), `.${basename(path)}.${mark}.old`);
  try {
    await makeFolder(dirname(path));
    await write(aside);
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

/** Writes the pieces of a file, compressed with gzip if `name` ends in `.gz`, and waits until they are on disk. */
export async function writePieces(path: string, name: string, pieces: Iterable<Uint8Array>): Promise<void> {
  const file = createWriteStream(path, { flags: "wx" });
  const source = Readable.from(pieces, { objectMode: true });
  if (/\.gz$/i.test(name)) await pipeline(source, createGzip(), file);
  else await pipeline(source, file);
  const handle = await open(path, "r+");
  await handle.sync().finally(() => handle.close());
}
