import { createWriteStream } from "node:fs";
import { lstat, open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { asideOf } from "@heddle/core/internal/base/aside-node.js";
import { checkPath } from "@heddle/core/internal/base/check-path.js";
import { checkNotAborted, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { fileError, makeFolder } from "@heddle/core/internal/base/files-node.js";

/**
 * Writes a file or folder under a temporary name next to its target, and renames it when it is complete, so that readers
 * see the old or the new one, never a part. Replaces an existing target.
 *
 * @param target the path of a file or folder; missing parent folders are created
 * @param write writes the file or folder at the path that it receives
 * @param options.check throws if the target must not be replaced; called when everything is written, which may take minutes
 * @param options.signal ends the writing
 * @throws HeddleError if writing fails, AbortedError on `signal`; the temporary file or folder is removed, and the target is as it was
 */
export async function writeAside(
  target: string,
  write: (aside: string) => Promise<void>,
  options: { readonly check: () => Promise<void>; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  checkPath("Target", target);
  const path = resolve(target);
  const aside = await asideOf(path, "tmp");
  try {
    await makeFolder(dirname(path));
    await write(aside);
    checkNotAborted(options.signal, `Writing ${target}`);
    await options.check();
    await putInPlace(aside, path);
  } catch (thrown) {
    await rm(aside, { recursive: true, force: true }).catch(() => undefined);
    if (thrown instanceof HeddleError) throw thrown;
    throw fileError(target, "a place that can be written", thrown);
  }
}

/** Renames, and removes what was replaced. */
async function putInPlace(aside: string, path: string): Promise<void> {
  const replaced = await lstat(path).catch(() => undefined);
  // A folder cannot be renamed over one that holds files.
  if (!replaced?.isDirectory()) return rename(aside, path);
  const old = await asideOf(path, "old");
  await rename(path, old);
  try {
    await rename(aside, path);
  } catch (thrown) {
    await putBack(old, path);
    throw thrown;
  }
  await rm(old, { recursive: true, force: true }).catch(() => undefined);
}

async function putBack(old: string, path: string): Promise<void> {
  try {
    await rename(old, path);
  } catch (thrown) {
    const parts = { who: `Folder ${path}`, expected: "to be put back", received: messageOf(thrown) };
    throw new HeddleError({ ...parts, next: `What it held is in ${old}: rename it.` }, { cause: thrown });
  }
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
