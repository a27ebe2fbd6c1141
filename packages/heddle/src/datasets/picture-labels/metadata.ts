import { join } from "node:path";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, type JsonObject, parseJsonText } from "@heddle/core/internal/base/json.js";
import { CellScanner, isMissing } from "@heddle/core/internal/data/csv/cells.js";
import { wholeNumberText } from "@heddle/core/internal/data/csv/labels.js";
import { isSplitName, namedLabel, splitOf } from "@heddle/core/internal/data/csv/names.js";
import { leftOut } from "@heddle/core/internal/data/reading.js";
import type { SourceFolder } from "../source-folder.js";
import {
  folderOf,
  type PictureLabel,
  type PictureLabels,
  type PicturePaths,
  splitOfPath,
} from "./picture-labels.js";

/** A table of text: the names of its columns, and its rows with their line numbers. */
interface TextTable {
  readonly names: readonly string[];
  readonly rows: readonly { readonly line: number; readonly cells: readonly (string | undefined)[] }[];
}

/** Columns that name pictures, the likeliest first. */
const fileNames = [
  ...[
    "file_name",
    "filename",
    "file",
    "file_path",
    "filepath",
    "image_path",
    "path",
    "image_name",
    "image_file",
  ],
  ...["image", "image_id", "img", "img_name", "picture", "photo", "id", "name"],
];

const TABLE = /\.(csv|tsv|jsonl)$/i;
/** Larger files are no lists of pictures. */
const MAXIMUM_BYTES = 256 * 2 ** 20;
/** How much of a file tells whether it names pictures. */
const HEAD_BYTES = 2 ** 16;
/** How many rows decide whether a column names pictures. */
const SAMPLE = 20;

/**
 * The labels of tables that name pictures, CSV or a JSON object a line, as Hugging Face's `metadata.csv` and
 * `metadata.jsonl`: a column of file names, one of labels, and possibly one of splits.
 *
 * @param files the files beside the pictures
 * @returns undefined if no table names pictures
 * @throws HeddleError if one does, but no column can be told to hold the labels, or it is damaged
 */
export async function metadataLabels(
  source: Pick<SourceFolder, "path" | "read" | "head">,
  files: readonly string[],
  pictures: PicturePaths,
): Promise<PictureLabels | undefined> {
  const used: string[] = [];
  const labels: PictureLabel[] = [];
  const missing: string[] = [];
  const columns = new Set<string>();
  const unclear: string[] = [];
  let failure: HeddleError | undefined;
  for (const file of files.filter((name) => TABLE.test(name))) {
    const who = join(source.path, file);
    const folder = folderOf(file);
    const split = splitOfPath(file);
    const find = (name: string | undefined) => (name ? pictures.find(who, folder, name, split) : undefined);
    const read = (bytes: Uint8Array, isWhole: boolean) => {
      const text = new TextDecoder().decode(bytes);
      return /\.jsonl$/i.test(file) ? readJsonLines(who, text, isWhole) : readTable(text);
    };
    // The first lines tell whether a table names pictures; one of pixels may be large.
    if (fileColumnOf(read(wholeLines(await source.head(file, HEAD_BYTES)), false), find) < 0) continue;
    const table = read(await source.read(file, { maximumBytes: MAXIMUM_BYTES }), true);
    const fileColumn = fileColumnOf(table, find);
    const labelColumn = labelColumnOf(table, fileColumn);
    if (labelColumn === undefined) {
      unclear.push(file);
      failure ??= withoutLabels(who, table, fileColumn);
      continue;
    }
    const splitColumn = table.names.findIndex((name, at) => at !== labelColumn && isSplitName(name));
    used.push(file);
    columns.add(table.names[labelColumn]!);
    for (const { line, cells } of table.rows) {
      const path = find(cells[fileColumn]);
      if (path === undefined) missing.push(`${file}, line ${line}`);
      else {
        const named = splitOf(cells[splitColumn] ?? "");
        labels.push({ path, label: labelOf(cells[labelColumn]), split: named });
      }
    }
  }
  if (used.length === 0) {
    if (failure) throw failure;
    return undefined;
  }
  return {
    labels,
    source: `the column ${[...columns].join(", ")} of ${used.join(", ")}`,
    files: new Set([...used, ...unclear]),
    leftOut: [
      ...(missing.length > 0 ? [leftOut("row", "there is no picture of the name in it", missing)] : []),
      ...(unclear.length > 0
        ? [leftOut("table", "none of its columns can be told to hold labels", unclear)]
        : []),
    ],
  };
}

/** The beginning of a file without a last line that may be cut off, unless it is the only one. */
function wholeLines(head: Uint8Array): Uint8Array {
  const end = head.lastIndexOf(0x0a);
  return head.length < HEAD_BYTES || end < 0 ? head : head.subarray(0, end);
}

function labelOf(cell: string | undefined): string | undefined {
  return cell === undefined || isMissing(cell) ? undefined : wholeNumberText(cell.trim());
}

/** The column whose first values are names of pictures; -1 if there is none. */
function fileColumnOf(
  { names, rows }: TextTable,
  find: (name: string | undefined) => string | undefined,
): number {
  const plain = names.map((name) => name.trim().toLowerCase());
  const columns = fileNames.map((name) => plain.indexOf(name)).filter((column) => column >= 0);
  const sample = rows.slice(0, SAMPLE);
  const found = columns.find((column) => sample.some(({ cells }) => find(cells[column]) !== undefined));
  return found ?? -1;
}

/** The columns that could hold labels: neither file names nor splits, and not empty. */
function labelColumns({ names, rows }: TextTable, fileColumn: number): readonly number[] {
  const others = [...names.keys()].filter((at) => at !== fileColumn && !isSplitName(names[at]!));
  return others.filter((at) => rows.some(({ cells }) => labelOf(cells[at]) !== undefined));
}

function labelColumnOf(table: TextTable, fileColumn: number): number | undefined {
  const columns = labelColumns(table, fileColumn);
  return namedLabel(table.names, columns) ?? (columns.length === 1 ? columns[0] : undefined);
}

function withoutLabels(who: string, table: TextTable, fileColumn: number): HeddleError {
  const columns = labelColumns(table, fileColumn);
  const names = columns.map((at) => table.names[at]);
  const isFlag = (cell: string | undefined) => cell !== undefined && /^\s*[01](\.0*)?\s*$/.test(cell);
  const areFlags =
    names.length > 1 && table.rows.every(({ cells }) => columns.every((at) => isFlag(cells[at])));
  return new HeddleError({
    who,
    expected: `a column of labels next to ${table.names[fileColumn]}`,
    received:
      names.length === 0
        ? "none"
        : `${names.slice(0, 6).join(", ")}${names.length > 6 ? `, … (${names.length} columns)` : ""}${areFlags ? ", of 0 and 1: one-hot labels" : ""}`,
    next: areFlags
      ? "Make one column of them, such as table[columns].idxmax(axis=1) in pandas."
      : "Name the column of labels label.",
  });
}

/** The rows of a CSV; a line is a row, also within quotes. */
function readTable(text: string): TextTable {
  const lines = text.replace(/^\u{feff}/u, "").split(/\r\n|\n|\r/);
  const [header = ""] = lines;
  const separator = [",", ";", "\t", "|"].toSorted(
    (a, b) => header.split(b).length - header.split(a).length,
  )[0]!;
  const scanner = new CellScanner(separator.charCodeAt(0));
  const cellsOf = (line: string) => {
    const bytes = new TextEncoder().encode(line);
    const cells: (string | undefined)[] = [];
    for (let at = 0; at <= bytes.length; at = scanner.next) {
      scanner.scan(bytes, at, bytes.length);
      cells.push(scanner.broken ? undefined : scanner.text(bytes));
    }
    return cells;
  };
  const rows = lines.flatMap((line, at) =>
    at === 0 || line.trim() === "" ? [] : [{ line: at + 1, cells: cellsOf(line) }],
  );
  return { names: cellsOf(header).map((name) => name ?? ""), rows };
}

/** The rows of a file with a JSON object a line; other lines are refused if `isWhole`, and otherwise passed over. */
function readJsonLines(who: string, text: string, isWhole: boolean): TextTable {
  const names: string[] = [];
  const columns = new Map<string, number>();
  const rows: { line: number; cells: (string | undefined)[] }[] = [];
  text.split("\n").forEach((line, at) => {
    if (line.trim() === "") return;
    const cells: (string | undefined)[] = [];
    const row = objectIn(line);
    if (!row && isWhole) throw noObject(who, line, at + 1);
    for (const [name, value] of Object.entries(row ?? {})) {
      if (typeof value === "object") continue;
      if (!columns.has(name)) columns.set(name, names.push(name) - 1);
      cells[columns.get(name)!] = String(value);
    }
    rows.push({ line: at + 1, cells });
  });
  return { names, rows };
}

function objectIn(text: string): JsonObject | undefined {
  try {
    const value = parseJsonText(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function noObject(who: string, text: string, line: number): HeddleError {
  return new HeddleError({
    who,
    expected: "a JSON object a line",
    received: `${text.trim().slice(0, 40)} in line ${line}`,
    next: "Correct that line.",
  });
}
