import { zipFiles } from "@heddle/core/internal/formats/zip.js";

/** A file by its path below what was dropped; a folder's own name is the first part. */
export interface DroppedFile {
  readonly path: string;
  readonly file: File;
}

/** A file that can be read when it is needed, of a folder or of an archive. */
export interface Entry {
  /** With slashes: `photos/cat/001.png`. */
  readonly path: string;
  read(): Promise<Uint8Array>;
}

/** Files that systems put next to people's own. */
const HIDDEN = /(^|\/)(\.[^/]*|__MACOSX|@eaDir|Thumbs\.db|desktop\.ini)(\/|$)/i;

/** All files that were dropped; those of a zip archive in its place. */
export async function entriesOf(dropped: readonly DroppedFile[]): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (const { path, file } of dropped) {
    const read = async () => new Uint8Array(await file.arrayBuffer());
    if (!/\.zip$/i.test(path)) all.push({ path, read });
    else all.push(...readZipFiles(await read(), path));
  }
  return all.filter(({ path }) => !HIDDEN.test(path)).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The files of a zip archive; nothing is unpacked before it is read, and then into memory that browsers decode from. */
function readZipFiles(bytes: Uint8Array, archive: string): readonly Entry[] {
  return zipFiles(bytes, archive).map(({ name, read }) => ({
    path: name,
    read: async () => new Uint8Array(await read()),
  }));
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
