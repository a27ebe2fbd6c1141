import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { fileError } from "@heddle/core/internal/base/files-node.js";
import { classesOf } from "@heddle/core/internal/data/classes.js";
import type { FormOptions, HoldOut } from "@heddle/core/internal/data/dataset.js";
import { readNpz } from "@heddle/core/internal/data/npz.js";
import type { ReadingChoice } from "@heddle/core/internal/data/reading.js";
import { isNpy } from "@heddle/core/internal/formats/npy.js";
import { packerOf, unpacked } from "@heddle/core/internal/formats/packed.js";
import { isTar } from "@heddle/core/internal/formats/tar.js";
import { isZip } from "@heddle/core/internal/formats/zip.js";
import { ARCHIVE, type ArchiveFolder, openArchive, openArchives } from "./archive-folder.js";
import { type ArrayFiles, arrayFilesOf, readArrayFiles } from "./array-files.js";
import { type CifarFiles, cifarFilesOf, readCifar } from "./cifar-folder.js";
import { type ClassArrays, classArraysOf, readClassArrays } from "./class-arrays.js";
import { type ForeignFile, foreignArchive, foreignFile } from "./foreign-files.js";
import { hashed } from "./hashed-file.js";
import type { SourceFile } from "./idx-file.js";
import { idxFilesOf } from "./idx-folder.js";
import { readPictures } from "./image-folder.js";
import { type ImageFolderListing, listImageFolder, listLabelled } from "./image-folder-list.js";
import { limitPictures } from "./limit-pictures.js";
import { isParquet, type ParquetFiles, parquetFilesOf, parquetNames, readParquet } from "./parquet.js";
import type { ReadData } from "./read-data.js";
import { chunksOf, diskFolder, firstBytes, type SourceFolder } from "./source-folder.js";
import { readSplitArchives, type SplitArchives } from "./split-archives.js";
import { chooseTables, readTables, type TableFile, type Tables } from "./tables.js";

/** The form of the data at a path, determined without reading all of it. */
export type FoundForm =
  | IdxForm
  | ({ readonly form: "csv"; readonly source: SourceFolder } & Tables<string>)
  | { readonly form: "npz"; readonly source: SourceFolder; readonly file: string }
  | { readonly form: "cifar"; readonly source: SourceFolder; readonly cifar: CifarFiles }
  | { readonly form: "npz"; readonly source: SourceFolder; readonly arrays: ArrayFiles }
  | { readonly form: "npz"; readonly source: SourceFolder; readonly classes: ClassArrays }
  | { readonly form: "npz"; readonly source: SourceFolder; readonly splits: SplitArchives }
  | { readonly form: "parquet"; readonly source: SourceFolder; readonly parquet: ParquetFiles }
  | { readonly form: "images"; readonly source: SourceFolder; readonly listing: ImageFolderListing };

/** The four files of MNIST's layout, in a folder on disk or in an archive. */
export interface IdxForm {
  readonly form: "idx";
  readonly archive?: ArchiveFolder;
}

/** The options of {@link readForm}. */
export interface ReadOptions extends FormOptions {
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
  /** How many training pictures of a folder to read; all by default. */
  readonly limit?: number | undefined;
  /** How to hold out a test split where `limit` leaves pictures unread. */
  readonly holdOut?: Partial<HoldOut> | "none" | undefined;
  /** Called with how many pictures of a folder have been read, and how many there are. */
  readonly onReading?: ((done: number, total: number) => void) | undefined;
}

const CSV = /\.(csv|tsv)(\.(gz|bz2|xz))?$/i;

/**
 * Determines the form of the data at a path: that of a folder by the files in it, that of a file by its first bytes.
 *
 * @returns `undefined` if there is nothing, or a folder without data in any of the forms
 * @throws HeddleError for a file that is not a dataset, and for a folder with several
 * @example
 * (await findForm("train.csv.gz"))?.form; // "csv"
 */
export async function findForm(path: string, signal?: AbortSignal): Promise<FoundForm | undefined> {
  const entry = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT" || thrown.code === "ENOTDIR") return undefined;
    throw fileError(path, "a file or folder that can be read", thrown);
  });
  if (!entry) return undefined;
  return entry.isDirectory() ? formOfFolder(diskFolder(path), signal) : formOfFile(path, signal);
}

async function formOfFolder(
  source: SourceFolder,
  signal: AbortSignal | undefined,
  archive?: ArchiveFolder,
): Promise<FoundForm | undefined> {
  const entries = (await source.list("")).filter(({ name }) => !name.startsWith("."));
  const names = entries.map(({ name }) => name);
  const idx = idxFilesOf(source.path, names);
  if (Object.keys(idx.files).length > 0) return { form: "idx", ...(archive && { archive }) };
  const cifar = cifarFilesOf(entries.filter(({ kind }) => kind === "file").map(({ name }) => name));
  if (cifar) return { form: "cifar", source, cifar };
  const arrays = arrayFilesOf(names);
  if (arrays) return { form: "npz", source, arrays };
  const classes = classArraysOf(names);
  if (classes) return { form: "npz", source, classes };
  const parquet = parquetFilesOf(source.path, await parquetNames(source, entries));
  if (parquet) return { form: "parquet", source, parquet };
  const tables = names.filter((name) => CSV.test(name));
  // A table beside pictures may hold their labels.
  const beside = tables.length > 0 ? await listLabelled(source) : undefined;
  if (beside) return { form: "images", source, listing: beside };
  if (tables.length > 0) return tablesOf(source, tables);
  const archives = names.filter((name) => /\.npz$/i.test(name));
  if (archives.length > 1) {
    const files = chooseTables(archives);
    if (!files?.test) throw several(source.path, archives);
    return {
      form: "npz",
      source,
      splits: { train: files.train, test: files.test, unused: files.unused ?? [] },
    };
  }
  if (archives.length === 1) return { form: "npz", source, file: archives[0]! };
  const listing = await listImageFolder(source);
  if (listing) return { form: "images", source, listing };
  const packed = archive ? [] : names.filter((name) => ARCHIVE.test(name));
  if (packed.length > 0) {
    const shards = await openArchives(source.path, packed, signal);
    const found = await listImageFolder(shards);
    if (found) return { form: "images", source: shards, listing: found };
  }
  for (const { name, kind } of entries.slice(0, LOOKED_AT)) {
    if (kind === "folder") continue;
    const foreign = foreignFile(await source.head(name, HEAD_BYTES));
    if (foreign) throw notData(join(source.path, name), foreign);
  }
  return undefined;
}

/** How many files of a folder without data are looked at, to say what they are. */
const LOOKED_AT = 20;

async function formOfFile(path: string, signal: AbortSignal | undefined): Promise<FoundForm> {
  const { head, content } = await beginningOf(path);
  const own = { source: diskFolder(dirname(path)), file: basename(path) };
  if (isZip(head) && isNpzHead(head)) return { form: "npz", ...own };
  if (isArchive(head, content)) {
    const archive = await openArchive(path, signal);
    const found = await formOfFolder(archive, signal, archive);
    if (found) return found;
    throw notData(path, await contentsOf(archive));
  }
  if (isNpy(content)) {
    throw notData(path, {
      what: "a single array",
      next: "Choose a folder with an array of images and one of labels (x_train.npy, y_train.npy), or an array for each class.",
    });
  }
  if (isParquet(head)) {
    return { form: "parquet", source: own.source, parquet: { train: [own.file], unused: [] } };
  }
  const foreign = foreignFile(content);
  if (foreign) throw notData(path, foreign);
  return { form: "csv", source: own.source, train: own.file };
}

/** Whether a file that begins so is an archive of files, and none of arrays. */
function isArchive(head: Uint8Array, content: Uint8Array): boolean {
  return (isZip(head) && !isNpzHead(head)) || isTar(content);
}

/** Whether a file on disk is an archive of files, packed or not, and none of arrays. */
export async function isArchiveFile(path: string): Promise<boolean> {
  const { head, content } = await beginningOf(path);
  return isArchive(head, content);
}

function notData(path: string, { what, next }: ForeignFile): HeddleError {
  const expected = "a CSV, npz or Parquet file, an archive, or a folder";
  return new HeddleError({ who: path, expected, received: what, next });
}

/** Enough to recognise every kind of file: a tar archive by its first header. */
const HEAD_BYTES = 4096;

/** The first bytes of a file, and those of what it holds: where it is packed, of what is in it. */
async function beginningOf(
  path: string,
): Promise<{ readonly head: Uint8Array; readonly content: Uint8Array }> {
  const head = await firstBytes(path, HEAD_BYTES);
  if (packerOf(head) === undefined) return { head, content: head };
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const part of unpacked(chunksOf(path), path)) {
      parts.push(part.subarray(0, HEAD_BYTES));
      length += part.length;
      if (length >= HEAD_BYTES) break;
    }
  } catch {
    // The reader will say what is wrong.
    return { head, content: head };
  }
  return { head, content: Buffer.concat(parts).subarray(0, HEAD_BYTES) };
}

/** Whether the first entry of a zip archive is an array, as in NumPy's archives, which have no folders. */
function isNpzHead(head: Uint8Array): boolean {
  const length = new DataView(head.buffer, head.byteOffset).getUint16(26, true);
  return /^[^/]+\.npy$/i.test(new TextDecoder("latin1").decode(head.subarray(30, 30 + length)));
}

/** What an archive without data is, or what it holds. */
async function contentsOf(archive: SourceFolder): Promise<ForeignFile> {
  const names = (await archive.list("")).map(({ name, kind }) => (kind === "folder" ? `${name}/` : name));
  const foreign = foreignArchive(names);
  if (foreign) return foreign;
  const shown = `${names.slice(0, 4).join(", ")}${names.length > 4 ? `, … (${names.length} entries)` : ""}`;
  const next = names.some((name) => /\.(zip|tar|tgz|gz|xz|bz2)$/i.test(name))
    ? "Unpack it once: a folder of archives is read, an archive of archives is not."
    : "Put a folder of pictures for each class, or CSV, npz, Parquet, IDX or CIFAR's files into it.";
  return { what: names.length === 0 ? "an empty archive" : `an archive of ${shown}`, next };
}

function tablesOf(source: SourceFolder, names: readonly string[]): FoundForm {
  const tables = chooseTables(names);
  if (!tables) throw several(source.path, names);
  return { form: "csv", source, ...tables };
}

function several(folder: string, names: readonly string[]): HeddleError {
  return new HeddleError({
    who: folder,
    expected: "one dataset: a file with train and one with test in its name, or a single file",
    received: names.slice(0, 4).join(", ") + (names.length > 4 ? `, … (${names.length} files)` : ""),
    next: names.some((name) => /(^|[^a-z])(y|labels?|targets?)([^a-z]|$)/i.test(name))
      ? "Put each table's labels into its first column: paste -d, y.csv x.csv > train.csv."
      : "Choose a single file, or move the files that you want to their own folder.",
  });
}

/**
 * Reads data of any form but IDX into memory.
 *
 * @param found its form, from {@link findForm}
 * @throws HeddleError if it is damaged, or its parts do not match each other; AbortedError on `signal`
 */
export async function readForm(
  found: Exclude<FoundForm, { form: "idx" }>,
  options: ReadOptions,
): Promise<ReadData> {
  const read = await readParts(found, options);
  const { source } = found;
  return "archive" in source ? { ...read, files: [source.archive as SourceFile] } : read;
}

async function readParts(
  found: Exclude<FoundForm, { form: "idx" }>,
  options: ReadOptions,
): Promise<ReadData> {
  const { source } = found;
  if (found.form === "csv") {
    const { train, test, unused } = found;
    const file = (name: string) => tableFile(source, name, options.signal);
    return readTables({ train: file(train), test: test === undefined ? test : file(test), unused }, options);
  }
  if (found.form === "npz" && "arrays" in found) {
    return { form: "npz", ...(await readArrayFiles(source, found.arrays, options)) };
  }
  if (found.form === "npz" && "classes" in found) {
    return { form: "npz", ...(await readClassArrays(source, found.classes, options)) };
  }
  if (found.form === "npz" && "splits" in found) {
    return { form: "npz", ...(await readSplitArchives(source, found.splits, options)) };
  }
  if (found.form === "npz") {
    const bytes = await source.read(found.file, { signal: options.signal });
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    const { missing, shape, signal } = options;
    const npz = await readNpz(bytes, { missing, shape, signal, name: join(source.path, found.file) });
    return { form: "npz", ...npz, files: [{ name: found.file, bytes: bytes.length, sha256 }] };
  }
  if (found.form === "cifar") {
    const read = await readCifar(source, found.cifar, options.signal);
    const count = read.train.count + (read.test?.count ?? 0);
    return { form: "cifar", ...read, dropped: { read: count, zeroed: 0, rows: [] } };
  }
  if (found.form === "parquet") {
    const {
      pictures,
      classNames,
      files,
      unlabelled,
      leftOut: unused,
    } = await readParquet(source, found.parquet, options.signal);
    const read = await readListed("parquet", pictures.source, pictures.listing, options);
    const { dropped } = read;
    return {
      ...read,
      ...(classNames && { classNames }),
      files,
      leftOut: [...(read.leftOut ?? []), ...unused],
      dropped: {
        ...dropped,
        read: dropped.read + unlabelled.length,
        rows: [...unlabelled, ...dropped.rows],
      },
    };
  }
  return readListed("images", source, found.listing, options);
}

/** Reads the pictures of a listing, as many as the limit says. */
async function readListed(
  form: "images" | "parquet",
  source: SourceFolder,
  all: ImageFolderListing,
  options: ReadOptions,
): Promise<ReadData> {
  const { limit, holdOut } = options;
  const { listing, split } =
    limit === undefined ? { listing: all } : limitPictures(source.path, all, limit, holdOut);
  const { choices, readAs, ...pictures } = await readPictures(source, listing, options);
  const byNumber = form === "images" && options.classOrder === undefined && isNumbered(source.path, all);
  return {
    form,
    ...pictures,
    choices: byNumber ? [...choices, orderOfFolders] : choices,
    readAs: { ...readAs, ...(byNumber && { classOrder: "number" }) },
    ...(split && { split }),
    ...(listing !== all && { limit: limit! }),
  };
}

/** What to say where folders are numbers: programs of Keras have trained on another order. */
const orderOfFolders: ReadingChoice = {
  about: "order",
  choice: "the classes by their numbers; Keras sorts the names of folders as text (0, 1, 10, 2)",
  option: "classOrder",
  warn: true,
};

/** Whether the names of a listing's classes are numbers that are in another order as text. */
function isNumbered(path: string, { train, test = [] }: ImageFolderListing): boolean {
  const labels = new Set([...train, ...test].map(({ label }) => label));
  const byText = classesOf(labels, path, "text");
  return classesOf(labels, path).some((name, at) => name !== byText[at]);
}

function tableFile(source: SourceFolder, file: string, signal: AbortSignal | undefined): TableFile {
  return {
    path: join(source.path, file),
    read: (work) => hashed(source.stream(file, signal), file, work),
  };
}

/** The name of the data at a path: that of the folder, or of the file without its extension. */
export function nameOfPath(path: string): string {
  return (
    basename(resolve(path)).replace(/(\.(csv|tsv|npz|tar))?(\.(gz|bz2|xz|zip|tgz|tbz2?|txz|npz))?$/i, "") ||
    "data"
  );
}
