import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { checkNotAborted, HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, openFile, readFileBytes } from "@heddle/core/internal/base/files-node.js";

/** What is directly in a folder. */
export interface SourceEntry {
  readonly name: string;
  readonly kind: "file" | "folder";
}

/** A read-only folder of files, on disk or within an archive. Paths below it are separated by slashes. */
export interface SourceFolder {
  /** The path of the folder or the archive, for errors. */
  readonly path: string;
  /**
   * What is directly in a folder below this one, hidden files included, sorted by code units; nothing if it is no folder.
   *
   * @param folder `""` for this folder itself
   * @throws HeddleError if it cannot be read
   */
  list(folder: string): Promise<readonly SourceEntry[]>;
  /**
   * The whole content of a file below this folder. Its size is checked before it is read.
   *
   * @param options.maximumBytes 2 GiB - 1 by default
   * @throws HeddleError if the file is missing, damaged or too large; AbortedError on `signal`
   */
  read(
    file: string,
    options?: { readonly maximumBytes?: number; readonly signal?: AbortSignal | undefined },
  ): Promise<Uint8Array>;
  /** The first `count` bytes of a file, or all if there are fewer. */
  head(file: string, count: number): Promise<Uint8Array>;
  /**
   * A file's content in chunks.
   *
   * @throws HeddleError as `read` does, during reading; AbortedError on `signal`
   */
  stream(file: string, signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

/** A folder on disk. Links are followed. */
export function diskFolder(path: string): SourceFolder {
  return {
    path,
    list: (folder) => entriesOf(join(path, folder)),
    read: (file, options) => readFileBytes(join(path, file), options),
    head: (file, count) => firstBytes(join(path, file), count),
    stream: (file, signal) => chunksOf(join(path, file), signal),
  };
}

/** Large enough that the time is spent on bytes rather than on events. */
const CHUNK_BYTES = 1 << 20;

/** A file on disk in chunks. Throws a HeddleError if it cannot be read, and an AbortedError on `signal`. */
export async function* chunksOf(path: string, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const { handle } = await openFile(path);
  try {
    for await (const chunk of handle.createReadStream({ highWaterMark: CHUNK_BYTES, autoClose: false })) {
      checkNotAborted(signal, `Reading ${path}`);
      yield chunk as Uint8Array;
    }
  } catch (thrown) {
    throw thrown instanceof HeddleError ? thrown : fileError(path, "a file that can be read", thrown);
  } finally {
    await handle.close();
  }
}

async function entriesOf(folder: string): Promise<SourceEntry[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const sorted = entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    return await Promise.all(
      sorted.map(async (entry): Promise<SourceEntry> => {
        const isFolder = entry.isSymbolicLink()
          ? ((await stat(join(folder, entry.name)).catch(() => undefined))?.isDirectory() ?? false)
          : entry.isDirectory();
        return { name: entry.name, kind: isFolder ? "folder" : "file" };
      }),
    );
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOTDIR") return [];
    throw fileError(folder, "a folder that can be read", thrown);
  }
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
