import { createHash } from "node:crypto";
import { join } from "node:path";
import { checkNotAborted, HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import type { DroppedRow } from "@heddle/core/internal/data/dropped-rows.js";
import { type LeftOut, leftOut } from "@heddle/core/internal/data/reading.js";
import type { FileMetaData } from "hyparquet";
import type { SourceFile } from "./idx-file.js";
import type { ImageFolderListing } from "./image-folder-list.js";
import type { ListedPicture } from "./picture-tree.js";
import type { SourceEntry, SourceFolder } from "./source-folder.js";

/** The Parquet files of each split. */
export interface ParquetFiles {
  readonly train: readonly string[];
  readonly test?: readonly string[];
  /** The files of the validation split, if there is a test split. */
  readonly unused: readonly string[];
}

const PARQUET = /\.parquet$/i;

/** A run of rows that a small file could declare, without holding them. */
const MAXIMUM_ROWS = 2 ** 24;

/** True for the first bytes of a Parquet file. */
export function isParquet(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x41 && bytes[2] === 0x52 && bytes[3] === 0x31;
}

/** How deep folders are looked into for Parquet files: `data/`, or a configuration with a folder for each split. */
const DEEPEST = 2;

/**
 * The Parquet files of a folder, or if it has none, those in folders below it, as Hugging Face's repositories keep them:
 * `data/train-00000-of-00001.parquet`, `default/train/0000.parquet`. Their paths are below the folder.
 *
 * @param entries what is directly in the folder
 */
export async function parquetNames(
  source: Pick<SourceFolder, "list">,
  entries: readonly SourceEntry[],
): Promise<readonly string[]> {
  const below = async (path: string, inside: readonly SourceEntry[], depth: number): Promise<string[]> => {
    const own = inside.filter(({ name, kind }) => kind === "file" && PARQUET.test(name));
    if (own.length > 0 || depth > DEEPEST) return own.map(({ name }) => path + name);
    const found: string[] = [];
    for (const { name } of inside.filter(({ name, kind }) => kind === "folder" && !name.startsWith("."))) {
      for (const file of await below(`${path}${name}/`, await source.list(path + name), depth + 1))
        found.push(file);
    }
    return found;
  };
  return below("", entries, 0);
}

/**
 * The Parquet files among the names of a folder, by split, as Hugging Face names them: `train-00000-of-00002.parquet`. A
 * single file is the training split.
 *
 * @param folder the folder's path, for errors
 * @throws HeddleError if a part of a split is missing, or names do not say which split a file is of
 */
export function parquetFilesOf(folder: string, names: readonly string[]): ParquetFiles | undefined {
  const files = names.filter((name) => PARQUET.test(name));
  if (files.length === 0) return undefined;
  const of = (words: string) =>
    files.filter((name) => new RegExp(`(^|[^a-z])(${words})([^a-z]|$)`, "i").test(name));
  const validation = of("val|valid|validation|dev");
  const test = of("test|testing|eval");
  const train = files.length === 1 ? files : of("train|training");
  const unknown = files.find((name) => ![...train, ...test, ...validation].includes(name));
  if (train.length === 0 || unknown !== undefined) {
    throw new HeddleError({
      who: folder,
      expected: "Parquet files with train, test or validation in their names",
      received: unknown ?? files.slice(0, 4).join(", "),
      next: "Choose a single file, or move the files that you want to their own folder.",
    });
  }
  for (const part of [train, test, validation]) checkParts(folder, part);
  const tested = test.length > 0 ? test : validation;
  return {
    train,
    ...(tested.length > 0 && files.length > 1 && { test: tested }),
    unused: test.length > 0 ? validation : [],
  };
}

function checkParts(folder: string, files: readonly string[]): void {
  const declared = Number(/-of-(\d+)/.exec(files[0] ?? "")?.[1] ?? files.length);
  if (declared === files.length) return;
  throw new HeddleError({
    who: folder,
    expected: `${declared} parts of a split, as ${files[0]} says`,
    received: `${files.length}: ${files.slice(0, 4).join(", ")}`,
    next: "Download the missing parts, or choose a single file.",
  });
}

/** The pictures of Parquet files: listed, and in memory as a folder. */
export interface ParquetPictures {
  readonly pictures: { readonly source: SourceFolder; readonly listing: ImageFolderListing };
  /** The names of the classes 0, 1, …, if the metadata of the training files has them. */
  readonly classNames?: readonly string[];
  readonly files: readonly SourceFile[];
  /** The rows without a label. */
  readonly unlabelled: readonly DroppedRow[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads pictures from Parquet files as Hugging Face's datasets writes them: a column of pictures, each a struct of `bytes`
 * and `path`, and one of labels.
 *
 * @throws HeddleError if a file is damaged or has no such columns; AbortedError on `signal`
 */
export async function readParquet(
  folder: SourceFolder,
  { train, test, unused }: ParquetFiles,
  signal?: AbortSignal,
): Promise<ParquetPictures> {
  const contents = new Map<string, Uint8Array>();
  const files: SourceFile[] = [];
  const unlabelled: DroppedRow[] = [];
  const seen: Columns[] = [];
  const list = async (names: readonly string[]) => {
    const pictures: ListedPicture[] = [];
    for (const name of names) {
      const bytes = await folder.read(name, { signal });
      files.push({ name, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });
      const { rows, columns } = await rowsOf(bytes, join(folder.path, name), signal);
      seen.push(columns);
      rows.forEach(({ picture, label }, row) => {
        const path = `${name}/${row}`;
        if (label === undefined) {
          const detail = `row ${row} has no label`;
          unlabelled.push({ file: name, line: row + 1, reason: "missing label", detail });
          return;
        }
        contents.set(path, picture);
        pictures.push({ path, label });
      });
    }
    if (pictures.length > 0) return pictures;
    const path = join(folder.path, names[0]!);
    throw refused(path, "rows with labels", "none", "Choose files that have labels.");
  };
  const listing = { train: await list(train), ...(test && { test: await list(test) }) };
  const [first] = seen;
  const others = first?.others ?? [];
  return {
    pictures: { source: folderOf(folder.path, contents), listing },
    files,
    unlabelled,
    ...(first?.classNames && { classNames: first.classNames }),
    leftOut: [
      ...(others.length > 0 ? [leftOut("column", "neither the picture nor the label", others)] : []),
      ...(unused.length > 0
        ? [leftOut("file", "validation images are held out of the training images", unused)]
        : []),
    ],
  };
}

/** Files in memory as a folder. */
function folderOf(path: string, contents: ReadonlyMap<string, Uint8Array>): SourceFolder {
  const read = async (file: string) => contents.get(file)!;
  return {
    path,
    list: async () => [],
    read,
    head: async (file, count) => (await read(file)).subarray(0, count),
    async *stream(file) {
      yield await read(file);
    },
  };
}

/** Which columns hold pictures and labels. */
interface Columns {
  readonly picture: string;
  readonly label: string;
  readonly others: readonly string[];
  readonly classNames?: readonly string[];
}

interface Row {
  readonly picture: Uint8Array;
  readonly label: string | undefined;
}

async function rowsOf(bytes: Uint8Array, path: string, signal: AbortSignal | undefined) {
  // Loaded only when a Parquet file is read.
  const { parquetMetadata, parquetReadObjects } = await import("hyparquet");
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  // Places on a map are not looked for: their search trusts the schema.
  const metadata = attempt(path, () => parquetMetadata(buffer, { geoparquet: false }));
  checkMetadata(metadata, bytes.length, path);
  const columns = columnsOf(metadata, path);
  const rows: Row[] = [];
  let start = 0;
  for (const group of metadata.row_groups) {
    checkNotAborted(signal, `Reading ${path}`);
    const end = start + Number(group.num_rows);
    const read = await parquetReadObjects({
      file: { byteLength: buffer.byteLength, slice: async (from, to) => buffer.slice(from, to) },
      metadata,
      columns: [columns.picture, columns.label],
      rowStart: start,
      rowEnd: end,
      // Otherwise pictures would be decoded as text, and lost.
      utf8: false,
    }).catch((thrown: unknown) => {
      throw damaged(path, thrown);
    });
    for (const row of read) rows.push(rowOf(row, columns));
    start = end;
  }
  if (rows.length !== Number(metadata.num_rows))
    throw damaged(path, `${rows.length} rows instead of ${metadata.num_rows}`);
  return { rows, columns };
}

/** Checks what the reader would otherwise believe: how the schema nests, and how many rows there are. */
function checkMetadata({ schema, num_rows, row_groups }: FileMetaData, bytes: number, path: string): void {
  const children = schema.map(({ num_children = 0 }) => num_children);
  const isNested = children.every((count) => Number.isInteger(count) && count >= 0);
  if (!isNested || children.reduce((sum, count) => sum + count, 1) !== schema.length) {
    throw damaged(path, "a schema whose columns do not add up");
  }
  // Whatever the types say, a damaged file has numbers of any kind here, or none.
  const [declared, ...inGroups] = [num_rows, ...row_groups.map((group) => group.num_rows)].map(Number);
  if (declared! > MAXIMUM_ROWS) {
    const next = "Split the data into smaller parts.";
    throw refused(path, `at most ${MAXIMUM_ROWS} rows`, String(declared), next);
  }
  const isCount = inGroups.every((rows) => Number.isInteger(rows) && rows >= 0);
  const rows = inGroups.reduce((sum, count) => sum + count, 0);
  if (isCount && rows === declared && rows <= bytes) return;
  throw damaged(path, `${rows} rows in ${bytes} bytes, of ${declared} declared`);
}

function rowOf(row: Readonly<Record<string, unknown>>, columns: Columns): Row {
  const cell = row[columns.picture];
  const bytes = cell instanceof Uint8Array ? cell : (cell as { bytes?: unknown } | null)?.bytes;
  const label = row[columns.label];
  const isLabel = ["number", "bigint", "string", "boolean"].includes(typeof label);
  // Hugging Face writes -1 where a label is not known.
  const isKnown = isLabel && !(columns.classNames && Number(label) < 0);
  return {
    // A view of the whole file would keep it in memory.
    picture: bytes instanceof Uint8Array ? bytes.slice() : new Uint8Array(0),
    label: isKnown ? String(label) : undefined,
  };
}

/** What Hugging Face's metadata says of a column. */
interface Feature {
  readonly _type?: unknown;
  readonly names?: unknown;
}

function columnsOf(metadata: FileMetaData, path: string): Columns {
  const names = topLevel(metadata);
  const features = featuresOf(metadata);
  const typed = (type: string) => names.filter((name) => features.get(name)?._type === type);
  const named = (words: readonly string[]) => words.find((word) => names.includes(word));
  const picture = typed("Image")[0] ?? named(["image", "img", "picture"]);
  const labels = typed("ClassLabel");
  const label =
    ["label", "labels", "fine_label"].find((word) => labels.includes(word)) ??
    labels[0] ??
    named(["label", "labels", "class", "target", "category"]);
  if (picture === undefined || label === undefined) {
    const expected = "a column of pictures and one of labels, as Hugging Face's datasets writes them";
    const next = "Name them image and label, or save tables of pixels as CSV.";
    throw refused(path, expected, `the columns ${names.slice(0, 6).join(", ")}`, next);
  }
  const classes = features.get(label)?.names;
  const isNamed = Array.isArray(classes) && classes.every((name) => typeof name === "string");
  return {
    picture,
    label,
    others: names.filter((name) => name !== picture && name !== label),
    ...(isNamed && { classNames: classes as string[] }),
  };
}

/** The names of the columns at the top of the schema, which lists all below one another. */
function topLevel({ schema }: FileMetaData): readonly string[] {
  const names: string[] = [];
  let skipped = 0;
  for (const { name, num_children: children = 0 } of schema.slice(1)) {
    if (skipped > 0) skipped += children - 1;
    else {
      names.push(name);
      skipped = children;
    }
  }
  return names;
}

function featuresOf(metadata: FileMetaData): ReadonlyMap<string, Feature> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  try {
    const features: unknown = JSON.parse(text ?? "{}")?.info?.features ?? {};
    return new Map(Object.entries(features as Record<string, Feature>));
  } catch {
    return new Map();
  }
}

function attempt<Result>(path: string, work: () => Result): Result {
  try {
    return work();
  } catch (thrown) {
    throw damaged(path, thrown);
  }
}

function damaged(path: string, cause: unknown): HeddleError {
  const received = (typeof cause === "string" ? cause : messageOf(cause)).split("\n")[0]!.slice(0, 200);
  const next = "Download or copy the file again.";
  return new HeddleError({ who: path, expected: "a whole Parquet file", received, next }, { cause });
}

function refused(who: string, expected: string, received: string, next: string): HeddleError {
  return new HeddleError({ who, expected, received, next });
}
