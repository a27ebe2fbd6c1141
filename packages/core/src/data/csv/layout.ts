import { HeddleError } from "../../base/errors.js";
import { type ImageShape, isRowOfImage, shapeOfRow } from "../image-shape.js";
import type { LeftOut, ReadingChoice } from "../reading.js";
import { CellScanner, numberOf } from "./cells.js";
import { columnsOf, LABEL, LIST } from "./columns.js";
import { headerOf } from "./header.js";
import type { TableColumns } from "./match.js";
import { refuseOtherValues } from "./other-values.js";
import { listValues, sampleColumns } from "./sample.js";

/** How to read a table: its separator, header, columns and the shape of its images. */
export interface CsvLayout {
  /** The byte between cells: a comma, semicolon, tab or vertical bar. */
  readonly separator: number;
  /** The number of the last line before the rows, from 1: the header or a comment; 0 if there is none. */
  readonly headerLine: number;
  /** What each column holds: the position of its pixel in the image, or a constant of `columns.ts`. */
  readonly roles: Int32Array;
  /** The names in the header; `undefined` if there is none, or it has no names. */
  readonly names: readonly string[] | undefined;
  readonly shape: ImageShape;
  /** The columns with names; `undefined` without a header of names, and for pixels in one cell. */
  readonly columns: TableColumns | undefined;
  /** False for a table of pixels alone. */
  readonly labelled: boolean;
  /** True if the label is in the first column or the last: the values will tell. */
  readonly undecided: boolean;
  readonly choices: readonly ReadingChoice[];
  readonly leftOut: readonly LeftOut[];
}

/** The options by which the layout of a table is determined. */
export interface LayoutOptions {
  /**
   * The shape of the images.
   *
   * @defaultValue the shape in the header, otherwise a square
   */
  readonly shape?: ImageShape | undefined;
  /**
   * The label's column: its name, its position from 1, or `"last"`.
   *
   * @defaultValue `label`, `class`, `target` or the like; the only column that is no pixel by its name or holds text;
   *   otherwise the first or the last, whose values tell
   */
  readonly labelColumn?: string | number | undefined;
  /**
   * The names or positions, from 1, of columns to ignore.
   *
   * @defaultValue none but those of row numbers and of text
   */
  readonly dropColumns?: readonly (string | number)[] | undefined;
  /**
   * True to read a table without labels. Its images have the label −1.
   *
   * @defaultValue false
   */
  readonly unlabelled?: boolean | undefined;
  /** The columns of the training table, in whose order those of this table of test images are put. */
  readonly like?: TableColumns | undefined;
}

/** Larger than any image in a table; a line could hold 16 million empty cells. */
const MAXIMUM_COLUMNS = 2_000_000;

const separators = [0x2c, 0x3b, 0x09, 0x7c];

/**
 * Determines from its first lines how to read a table.
 *
 * @param name the file's path, for errors
 * @param lines the first lines as bytes, without line ends; a damaged one among them does no harm
 * @throws HeddleError if there is no label column, or the pixels do not make up an image
 */
export function layoutOf(name: string, lines: readonly Uint8Array[], options: LayoutOptions = {}): CsvLayout {
  const comments = commentLines(lines);
  const first = lines.findIndex((line, index) => index >= comments && !isBlankLine(line));
  if (first < 0) {
    const next = "Check that this is the right file.";
    throw new HeddleError({
      who: name,
      expected: "rows of label and pixels",
      received: "an empty file",
      next,
    });
  }
  const separator = separatorOf(lines[first]!);
  const rows = lines.slice(first).filter((line) => !isBlankLine(line));
  const toNumber = (cell: string) => numberOf(separator === separators[0] ? cell : cell.replace(",", "."));
  // NumPy writes `# label,pixel0,…`.
  const cells = cellsOf(rows[0]!, separator).map((cell, at) =>
    at > 0 ? cell : cell.replace(/^\s*#+\s*/, ""),
  );
  const { labelColumn } = options;
  const header = headerOf(
    [cells, ...rows.slice(1, cells.length > WIDE ? 1 : HEADER_ROWS).map((row) => cellsOf(row, separator))],
    typeof labelColumn === "string" && !/^\s*(\d+|last)\s*$/i.test(labelColumn)
      ? labelColumn.trim().toLowerCase()
      : undefined,
    toNumber,
  );
  const names = header === "names" ? cells : undefined;
  const data = rows.slice(header ? 1 : 0);
  const lengths = data.map((line) => countCells(line, separator));
  const columns = header ? cells.length : mostCommon(lengths);
  checkColumns(name, columns, header ? lengths : []);

  const samples = sampleColumns(data, columns, separator);
  const isImage = (values: number) => isRowOfImage(values, options.shape);
  const { dropColumns, like } = options;
  const found = columnsOf({ name, names, samples, labelColumn, dropColumns, like, isImage });
  const { roles, label } = found;
  const list = roles.indexOf(LIST);
  if (list < 0 && found.pixels === 0) refuseOtherValues(name, samples, found.open, true);
  if (label < 0 && !options.unlabelled) throw withoutLabels(name, names, columns);
  const pixels =
    list < 0 ? found.pixels : mostCommon(samples[list]!.words.map(listValues).filter((count) => count > 0));
  if (pixels === 0) throw withoutCells(name, columns);
  const last = names?.[roles.indexOf(pixels - 1)];
  const shape = shapeOfRow(
    name,
    pixels,
    options.shape ?? shapeOfName(last, pixels),
    "Set `shape` to the height, width and channels of an image, or `dropColumns` to columns that are no pixels.",
  );
  const counted = header === "repeated" || (names !== undefined && !names.some(isWord));
  return {
    separator,
    headerLine: header ? first + 1 : comments,
    roles,
    names,
    shape,
    columns: list < 0 && names ? tableColumns(name, names, roles) : undefined,
    labelled: label >= 0,
    undecided: found.undecided,
    choices: [
      ...(counted ? [{ about: "header", choice: "the first line, which counts", warn: true }] : []),
      ...found.choices,
    ],
    leftOut: [
      ...(comments > 0
        ? [{ what: "line", reason: "no part of the table", count: comments, examples: [] }]
        : []),
      ...found.leftOut,
    ],
  };
}

function tableColumns(name: string, names: readonly string[], roles: Int32Array): TableColumns {
  const columns = [...roles.keys()].filter((column) => roles[column]! >= 0);
  const pixels = columns.sort((a, b) => roles[a]! - roles[b]!).map((column) => names[column]!.trim());
  const label = names[roles.indexOf(LABEL)]?.trim();
  return { file: name.split(/[\\/]/).at(-1)!, pixels, ...(label !== undefined && { label }) };
}

/** How many rows are compared with the first to tell whether it is a header. */
const HEADER_ROWS = 4;

/** Rows of more cells are not compared. */
const WIDE = 20_000;

const isWord = (name: string) => name.trim() !== "" && Number.isNaN(numberOf(name.trim()));

function checkColumns(name: string, columns: number, lengths: readonly number[]): void {
  if (columns > MAXIMUM_COLUMNS) {
    throw new HeddleError({
      who: name,
      expected: `at most ${MAXIMUM_COLUMNS} cells in a row`,
      received: "more",
      next: "Check that this is the right file.",
    });
  }
  if (lengths.length > 0 && !lengths.includes(columns)) {
    throw new HeddleError({
      who: name,
      expected: `rows of ${columns} cells, like the header`,
      received: `rows of ${mostCommon(lengths)}`,
      next: "Correct the header.",
    });
  }
}

function withoutCells(name: string, columns: number): HeddleError {
  return new HeddleError({
    who: name,
    expected: "rows of a label and pixels, separated by comma, semicolon, tab or |",
    received: `rows of ${columns} ${columns === 1 ? "cell" : "cells"}`,
    next: "Check that this is the right file.",
  });
}

function withoutLabels(name: string, names: readonly string[] | undefined, columns: number): HeddleError {
  if (columns === 1) return withoutCells(name, columns);
  return new HeddleError({
    who: name,
    expected: "a column named label, class or target",
    received: names
      ? `a header that starts with ${names.slice(0, 3).join(", ")}`
      : `rows of ${columns} values, which are an image without a label`,
    next: "Name the label's column in the header or by `labelColumn`; training needs labels.",
  });
}

/** True for a line that is empty or holds only spaces and tabs. */
export function isBlankLine(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** How many lines before the table say something about it: comments, and the line by which Excel learns the separator. */
function commentLines(lines: readonly Uint8Array[]): number {
  const starts = lines.map((line) => String.fromCharCode(...line.subarray(0, 7)).trim());
  const first = starts.findIndex((start) => !/^(#|sep=.$|$)/i.test(start));
  if (first <= 0) return 0;
  // A comment that has as many cells as the rows is the header.
  const cells = (line: Uint8Array) => countCells(line, separatorOf(line));
  const before = lines.slice(0, first);
  const header = before.findLastIndex((line) => !isBlankLine(line));
  const isHeader = header >= 0 && cells(lines[header]!) === cells(lines[first]!) && cells(lines[first]!) > 1;
  const comments = isHeader ? before.slice(0, header) : before;
  return comments.every(isBlankLine) ? 0 : comments.length;
}

/** The most frequent separator of a line, except that decimal commas must not win over semicolons and tabs. */
function separatorOf(line: Uint8Array): number {
  const count = (separator: number) => line.reduce((sum, byte) => sum + (byte === separator ? 1 : 0), 0);
  const [commas, semicolons, tabs, bars] = separators.map(count) as [number, number, number, number];
  if (bars > 0 && bars >= semicolons && bars >= tabs && 2 * bars >= commas) return 0x7c;
  if (semicolons > 0 && semicolons >= tabs && 2 * semicolons >= commas) return 0x3b;
  if (tabs > 0 && 2 * tabs >= commas) return 0x09;
  return 0x2c;
}

/** The cells of a line as text, up to one more than the maximum. */
function cellsOf(line: Uint8Array, separator: number): string[] {
  const scanner = new CellScanner(separator);
  const cells: string[] = [];
  for (let at = 0; at <= line.length && cells.length <= MAXIMUM_COLUMNS; at = scanner.next) {
    scanner.scan(line, at, line.length);
    cells.push(scanner.text(line) ?? "\u{fffd}");
  }
  return cells;
}

function countCells(line: Uint8Array, separator: number): number {
  const scanner = new CellScanner(separator);
  let cells = 0;
  for (let at = 0; at <= line.length && cells <= MAXIMUM_COLUMNS; at = scanner.next) {
    scanner.scan(line, at, line.length);
    cells++;
  }
  return cells;
}

/** The shape that the name of the last pixel implies: `28x28` if rows and columns count from 1, `27x27` if from 0. */
function shapeOfName(name: string | undefined, pixels: number): ImageShape | undefined {
  const match = /(\d{1,5})x(\d{1,5})(?:x(\d))?$/i.exec(name?.trim() ?? "");
  if (!match) return undefined;
  for (const first of [1, 0]) {
    const [height, width] = [Number(match[1]) + 1 - first, Number(match[2]) + 1 - first];
    const channels = match[3] === undefined ? 1 : Number(match[3]) + 1 - first;
    if (height * width * channels === pixels) return [height, width, channels];
  }
  return undefined;
}

function mostCommon(numbers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  let best = 0;
  for (const [number, count] of counts) if (count > (counts.get(best) ?? 0)) best = number;
  return best;
}
