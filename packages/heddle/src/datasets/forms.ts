import { createHash } from "node:crypto";
import { readdir, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError, readFileBytes } from "@heddle/core/internal/base/files-node.js";
import { readCsv } from "@heddle/core/internal/data/csv/read.js";
import type { DataForm, FormOptions } from "@heddle/core/internal/data/dataset.js";
import { type DroppedRows, joinDropped } from "@heddle/core/internal/data/dropped-rows.js";
import type { LabelledImages } from "@heddle/core/internal/data/labelled-images.js";
import { readNpz } from "@heddle/core/internal/data/npz.js";
import { joinNotes, type ReaderNotes } from "@heddle/core/internal/data/reading.js";
import { isGzip } from "@heddle/core/internal/formats/gzip.js";
import { isNpy } from "@heddle/core/internal/formats/npy.js";
import { isZip } from "@heddle/core/internal/formats/zip.js";
import { firstBytes, readHashed } from "./hashed-file.js";
import type { SourceFile } from "./idx-file.js";
import { listIdxFolder } from "./idx-folder.js";
import { readPictures } from "./image-folder.js";
import { type ImageFolderListing, listImageFolder } from "./image-folder-list.js";
import { diskFolder } from "./source-folder.js";

/** The form of the data at a path, determined without reading all of it. */
export type FoundForm =
  | { readonly form: "idx" }
  | { readonly form: "csv"; readonly train: string; readonly test?: string }
  | { readonly form: "npz"; readonly path: string }
  | { readonly form: "images"; readonly listing: ImageFolderListing };

/** Data as it was read: in its own splits, with its own labels. */
export interface ReadData extends ReaderNotes {
  readonly form: DataForm;
  readonly train: LabelledImages;
  /** Absent if the data has no test split. */
  readonly test?: LabelledImages;
  /** The names of the classes 0, 1, …, if the data holds them. */
  readonly classNames?: readonly string[];
  /** The files that were read, with their checksums. */
  readonly files: readonly SourceFile[];
  /** The rows or pictures that were dropped. */
  readonly dropped: DroppedRows;
}

/** The options of {@link readForm}. */
export interface ReadOptions extends FormOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

const CSV = /\.(csv|tsv)(\.gz)?$/i;

/**
 * Determines the form of the data at a path: that of a folder by the files in it, that of a file by its first bytes.
 *
 * @returns `undefined` if there is nothing, or a folder without data in any of the forms
 * @throws HeddleError for a file that is not a dataset, and for a folder with several
 * @example
 * (await findForm("train.csv.gz"))?.form; // "csv"
 */
export async function findForm(path: string): Promise<FoundForm | undefined> {
  const entry = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT" || thrown.code === "ENOTDIR") return undefined;
    throw fileError(path, "a file or folder that can be read", thrown);
  });
  if (!entry) return undefined;
  if (!entry.isDirectory()) return formOfFile(path);
  const idx = await listIdxFolder(path);
  if (idx && Object.keys(idx.files).length > 0) return { form: "idx" };
  const names = (await readdir(path)).filter((name) => !name.startsWith(".")).sort();
  const tables = names.filter((name) => CSV.test(name));
  if (tables.length > 0) return tablesOf(path, tables);
  const archives = names.filter((name) => /\.npz$/i.test(name));
  if (archives.length > 1) throw several(path, archives);
  if (archives.length === 1) return { form: "npz", path: join(path, archives[0]!) };
  const listing = await listImageFolder(diskFolder(path));
  return listing && { form: "images", listing };
}

async function formOfFile(path: string): Promise<FoundForm> {
  const head = await firstBytes(path, 16);
  if (isZip(head)) return { form: "npz", path };
  const refuse = (received: string, next: string) =>
    new HeddleError({ who: path, expected: "a CSV or npz file, or a folder", received, next });
  if (isNpy(head)) {
    throw refuse("a single array", "Save images and labels together with numpy.savez_compressed.");
  }
  if (head[0] === 0 && head[1] === 0) throw refuse("an IDX file", "Choose the folder with all four files.");
  if (head[0] === 0x89 || (head[0] === 0xff && head[1] === 0xd8)) {
    throw refuse("a picture", "Choose a folder with a folder of pictures for each class.");
  }
  if (isGzip(head) && /idx\d-[a-z]+\.gz$/.test(path)) {
    throw refuse("an IDX file", "Choose the folder with all four files.");
  }
  return { form: "csv", train: path };
}

/** The tables of a folder: one with `train` and one with `test` in its name, or a single one. */
function tablesOf(folder: string, tables: readonly string[]): FoundForm {
  const [only] = tables;
  if (tables.length === 1) return { form: "csv", train: join(folder, only!) };
  const named = (word: string) => {
    const matching = tables.filter((name) => name.toLowerCase().includes(word));
    if (matching.length > 1) throw several(folder, matching);
    return matching[0];
  };
  const train = named("train");
  const test = named("test");
  if (train === undefined || test === undefined || train === test) throw several(folder, tables);
  return { form: "csv", train: join(folder, train), test: join(folder, test) };
}

function several(folder: string, names: readonly string[]): HeddleError {
  return new HeddleError({
    who: folder,
    expected: "one dataset: a file with train and one with test in its name, or a single file",
    received: names.slice(0, 4).join(", ") + (names.length > 4 ? `, … (${names.length} files)` : ""),
    next: "Choose a single file, or move the files that you want to their own folder.",
  });
}

/**
 * Reads data of any form but IDX into memory.
 *
 * @param path the path of the data
 * @param found its form, from {@link findForm}
 * @throws HeddleError if it is damaged, or its parts do not match each other; AbortedError on `signal`
 */
export async function readForm(
  path: string,
  found: Exclude<FoundForm, { form: "idx" }>,
  options: ReadOptions,
): Promise<ReadData> {
  if (found.form === "csv") return readTables(found, options);
  if (found.form === "npz") {
    const bytes = await readFileBytes(found.path, { signal: options.signal });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const npz = await readNpz(bytes, { ...options, name: found.path });
    return { form: "npz", ...npz, files: [{ name: basename(found.path), bytes: bytes.length, sha256 }] };
  }
  const { train, test } = found.listing;
  const source = diskFolder(path);
  const trained = await readPictures(source, train, options);
  const tested = test && (await readPictures(source, test, options));
  return {
    form: "images",
    train: trained.images,
    ...(tested && { test: tested.images }),
    ...joinNotes([trained, tested ?? {}]),
    files: [...trained.files, ...(tested?.files ?? [])],
    dropped: joinDropped([trained.dropped, ...(tested ? [tested.dropped] : [])]),
  };
}

async function readTables(
  { train, test }: { readonly train: string; readonly test?: string },
  { missing, shape, signal }: ReadOptions,
): Promise<ReadData> {
  const read = (path: string) =>
    readHashed(path, (chunks) => readCsv(chunks, { name: path, missing, shape }), signal);
  // The smaller one first, because it shows most faults before the larger one is read.
  const tested = test === undefined ? undefined : await read(test);
  const trained = await read(train);
  return {
    form: "csv",
    train: trained.result.images,
    ...(tested && { test: tested.result.images }),
    ...joinNotes([trained.result, tested?.result ?? {}]),
    files: [trained.file, ...(tested ? [tested.file] : [])],
    dropped: joinDropped([trained.result.dropped, ...(tested ? [tested.result.dropped] : [])]),
  };
}

/** The name of the data at a path: that of the folder, or of the file without its extension. */
export function nameOfPath(path: string): string {
  return basename(resolve(path)).replace(/(\.(csv|tsv|npz))?(\.gz)?$/i, "") || "data";
}
