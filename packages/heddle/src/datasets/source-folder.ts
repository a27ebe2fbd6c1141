import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileError, readFileBytes } from "@heddle/core/internal/base/files-node.js";

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
}

/** A folder on disk. Links are followed. */
export function diskFolder(path: string): SourceFolder {
  return {
    path,
    list: (folder) => entriesOf(join(path, folder)),
    read: (file, options) => readFileBytes(join(path, file), options),
  };
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
