import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { formatBytes } from "@heddle/core/internal/base/format.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { splitOf } from "@heddle/core/internal/data/csv/names.js";
import type { ArchiveFile } from "@heddle/core/internal/formats/archive.js";
import { isTar, tarFiles } from "@heddle/core/internal/formats/tar.js";
import { isZip, zipFiles } from "@heddle/core/internal/formats/zip.js";
import type { SourceFile } from "./idx-file.js";
import type { SourceEntry, SourceFolder } from "./source-folder.js";
import { unpacked } from "./unpack.js";

/** A folder within an archive, whose file is held in memory. */
export interface ArchiveFolder extends SourceFolder {
  /** The archive itself, with its checksum. */
  readonly archive: SourceFile;
}

/** The names of archives of files. */
export const ARCHIVE = /\.(tar(\.(gz|bz2|xz))?|tgz|tbz2?|txz|zip)$/i;

/** What macOS adds to archives: files of metadata, one next to each file. */
const METADATA = /^__MACOSX\/|(^|\/)\._[^/]*$/;

/**
 * Opens an archive, zip or tar, packed or not, as a folder: the one in it that holds more than a single folder. Nothing is
 * written to disk, and files are unpacked as they are read.
 *
 * @param path the archive's path
 * @throws HeddleError if it is damaged, or holds links or names that lead out of it; AbortedError on `signal`
 */
export async function openArchive(path: string, signal?: AbortSignal): Promise<ArchiveFolder> {
  const bytes = await readFileBytes(path, { signal });
  const archive = {
    name: basename(path),
    bytes: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  };
  return archiveFolder(path, await filesOf(bytes, path, signal), archive);
}

/**
 * Opens the archives of a folder as one folder, each as a folder of its own: WebDataset's shards, or an archive for each
 * class or split. A folder of a split is named after that: `train-0`.
 *
 * @param names the names of the archives
 * @throws HeddleError as {@link openArchive} does, and if they have more than 2 GiB together; AbortedError on `signal`
 */
export async function openArchives(
  folder: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<SourceFolder> {
  const all: ArchiveFile[] = [];
  let bytesRead = 0;
  for (const [at, name] of names.entries()) {
    const path = join(folder, name);
    const bytes = await readFileBytes(path, { signal });
    bytesRead += bytes.length;
    if (bytesRead > MAXIMUM_FILE_BYTES) throw tooLarge(folder, bytesRead, MAXIMUM_FILE_BYTES);
    const plain = name.replace(ARCHIVE, "");
    const split = plain
      .split(/[^a-z]+/i)
      .map(splitOf)
      .find((word) => word !== undefined);
    const mount = split === undefined ? plain : `${split}-${at}`;
    for (const file of await filesOf(bytes, path, signal))
      all.push({ ...file, name: `${mount}/${file.name}` });
  }
  const { archive: _, ...source } = archiveFolder(folder, all, { name: "", bytes: 0, sha256: "" });
  return source;
}

async function filesOf(
  bytes: Uint8Array,
  path: string,
  signal: AbortSignal | undefined,
): Promise<readonly ArchiveFile[]> {
  if (isZip(bytes)) return zipFiles(bytes, path);
  const content = await unpacked(bytes, path, signal);
  return isTar(content) ? tarFiles(content, path) : [singleFile(path, content)];
}

/** A file that is packed on its own, such as `x_train.npy.gz`, without the ending of its packer. */
function singleFile(path: string, content: Uint8Array): ArchiveFile {
  const name = basename(path).replace(/\.(gz|bz2|xz)$/i, "");
  return { name, bytes: content.length, read: () => Promise.resolve(content) };
}

/** The files of an archive as a folder. */
export function archiveFolder(
  path: string,
  files: readonly ArchiveFile[],
  archive: SourceFile,
): ArchiveFolder {
  const byName = new Map<string, ArchiveFile>();
  /** What each folder holds. */
  const folders = new Map<string, Map<string, SourceEntry["kind"]>>([["", new Map()]]);
  for (const file of files.filter(({ name }) => !METADATA.test(name))) {
    byName.set(file.name, file);
    const parts = file.name.split("/");
    parts.forEach((name, depth) => {
      const above = parts.slice(0, depth).join("/");
      const kind = depth === parts.length - 1 ? "file" : "folder";
      const entries = folders.get(above) ?? new Map();
      folders.set(above, entries);
      if ((entries.get(name) ?? kind) !== kind) throw twice(path, [...parts.slice(0, depth), name].join("/"));
      entries.set(name, kind);
    });
  }
  const top = topOf(folders);
  const below = (name: string) =>
    [top, name]
      .filter((part) => part !== "")
      .join("/")
      .replace(/\/$/, "");
  return {
    path,
    archive,
    async list(folder) {
      const entries = [...(folders.get(below(folder)) ?? [])];
      return entries.map(([name, kind]) => ({ name, kind })).sort((a, b) => (a.name < b.name ? -1 : 1));
    },
    async head(name, count) {
      return (await this.read(name)).subarray(0, count);
    },
    async *stream(name, signal) {
      yield await this.read(name, { signal });
    },
    async read(name, { maximumBytes = MAXIMUM_FILE_BYTES, signal } = {}) {
      const file = byName.get(below(name));
      if (!file) throw missing(path, name);
      if (file.bytes > maximumBytes) throw tooLarge(`${path}, ${name}`, file.bytes, maximumBytes);
      const content = await file.read(signal);
      // Decoders of pictures take no shared memory.
      return content.buffer instanceof SharedArrayBuffer ? content.slice() : content;
    },
  };
}

/** The first folder that holds anything but a single folder: most archives begin with one of their own name. */
function topOf(folders: ReadonlyMap<string, ReadonlyMap<string, SourceEntry["kind"]>>): string {
  let top = "";
  for (;;) {
    const entries = [...folders.get(top)!].filter(([entry]) => !entry.startsWith("."));
    const [[name, kind] = ["", "file"]] = entries;
    if (entries.length !== 1 || kind !== "folder") return top;
    top = top === "" ? name : `${top}/${name}`;
  }
}

function twice(path: string, name: string): HeddleError {
  return new HeddleError({
    who: path,
    expected: "files and folders of different names",
    received: `${name}, which is both`,
    next: "Pack the files again.",
  });
}

function missing(path: string, name: string): HeddleError {
  return new HeddleError({
    who: path,
    expected: `the file ${name}`,
    received: "none of that name",
    next: "Check the archive.",
  });
}

function tooLarge(who: string, bytes: number, maximumBytes: number): HeddleError {
  return new HeddleError({
    who,
    expected: `at most ${formatBytes(maximumBytes)}`,
    received: formatBytes(bytes),
    next: "Check that this is the right file.",
  });
}
