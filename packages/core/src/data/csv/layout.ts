import { HeddleError } from "../../base/errors.js";
import { type ImageShape, shapeOfRow } from "../image-shape.js";
import { CellScanner, isMissing, numberOf } from "./cells.js";

/** What a column holds, if not a pixel: the label, or something to ignore. */
export const LABEL = -1;
export const IGNORED = -2;

/** How to read a table: its separator, header, columns and the shape of its images. */
export interface CsvLayout {
  /** The byte between cells: a comma, semicolon or tab. */
  readonly separator: number;
  /** The line number of the header, from 1; 0 if there is none. */
  readonly headerLine: number;
  /** What each column holds: the position of its pixel in the image, `LABEL` or `IGNORED`. */
  readonly roles: Int32Array;
  /** The names in the header; `undefined` if there is none. */
  readonly names: readonly string[] | undefined;
  readonly shape: ImageShape;
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
   * The name of the label's column.
   *
   * @defaultValue `label`, `class` or `target`, otherwise the first column
   */
  readonly labelColumn?: string | undefined;
}

/** Larger than any image in a table; a line could hold 16 million empty cells. */
const MAXIMUM_COLUMNS = 2_000_000;

const separators = [0x2c, 0x3b, 0x09];
const labelNames = ["label", "class", "target"];
/** Columns of row numbers, as pandas and R name them. */
const indexNames = ["", "id", "index", "unnamed: 0", "row.names"];

/**
 * Determines from its first lines how to read a table.
 *
 * @param name the file's path, for errors
 * @param lines the first lines as bytes, without line ends; a damaged one among them does no harm
 * @throws HeddleError if there is no label column, or the pixels do not make up an image
 */
export function layoutOf(name: string, lines: readonly Uint8Array[], options: LayoutOptions = {}): CsvLayout {
  const first = lines.findIndex((line) => !isBlankLine(line));
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
  const cells = cellsOf(rows[0]!, separator);
  const names = isHeader(cells, separator, options.labelColumn) ? cells : undefined;
  const lengths = rows.slice(names ? 1 : 0).map((line) => countCells(line, separator));
  const columns = names?.length ?? mostCommon(lengths);
  if (columns > MAXIMUM_COLUMNS) {
    throw new HeddleError({
      who: name,
      expected: `at most ${MAXIMUM_COLUMNS} cells in a row`,
      received: "more",
      next: "Check that this is the right file.",
    });
  }
  if (names && lengths.length > 0 && !lengths.includes(columns)) {
    throw new HeddleError({
      who: name,
      expected: `rows of ${columns} cells, like the header`,
      received: `rows of ${mostCommon(lengths)}`,
      next: "Correct the header.",
    });
  }
  const label = labelColumnOf(name, names, options.labelColumn);
  let pixels = 0;
  const roles = Int32Array.from({ length: columns }, (_, column) => {
    if (column === label) return LABEL;
    return names && indexNames.includes(names[column]!.trim().toLowerCase()) ? IGNORED : pixels++;
  });
  if (pixels === 0) {
    throw new HeddleError({
      who: name,
      expected: "rows of a label and pixels, separated by comma, semicolon or tab",
      received: `rows of ${columns} ${columns === 1 ? "cell" : "cells"}`,
      next: "Check that this is the right file.",
    });
  }
  const last = names?.[roles.lastIndexOf(pixels - 1)];
  const shape = shapeOfRow(name, pixels, options.shape ?? shapeOfName(last, pixels));
  return { separator, headerLine: names ? first + 1 : 0, roles, names, shape };
}

/** True for a line that is empty or holds only spaces and tabs. */
export function isBlankLine(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** The most frequent separator of a line, except that decimal commas must not win over semicolons and tabs. */
function separatorOf(line: Uint8Array): number {
  const count = (separator: number) => line.reduce((sum, byte) => sum + (byte === separator ? 1 : 0), 0);
  const [commas, semicolons, tabs] = separators.map(count) as [number, number, number];
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

/** True if the first row is a header: it names the label, or most cells are neither numbers nor missing values. */
function isHeader(cells: readonly string[], separator: number, labelColumn: string | undefined): boolean {
  const known = labelColumn === undefined ? labelNames : [labelColumn.toLowerCase()];
  if (cells.some((cell) => known.includes(cell.trim().toLowerCase()))) return true;
  const asNumber = (cell: string) => numberOf(separator === separators[0] ? cell : cell.replace(",", "."));
  const words = cells.filter((cell) => !isMissing(cell) && Number.isNaN(asNumber(cell.trim())));
  return words.length > cells.length / 2;
}

function labelColumnOf(
  name: string,
  names: readonly string[] | undefined,
  labelColumn: string | undefined,
): number {
  const lower = names?.map((text) => text.trim().toLowerCase());
  const known = labelColumn === undefined ? labelNames : [labelColumn.toLowerCase()];
  const named = known.map((label) => lower?.indexOf(label) ?? -1).find((column) => column >= 0);
  if (named !== undefined) return named;
  const start = lower?.find((text) => !indexNames.includes(text)) ?? "";
  // A table that starts with `pixel0` or `1x1` has no labels, such as the test set of a competition.
  if (labelColumn === undefined && !(lower && /^(p|px|pixel|x)?[ _.-]?\d+(x\d+)*$/.test(start))) {
    return lower ? lower.indexOf(start) : 0;
  }
  throw new HeddleError({
    who: name,
    expected: `a column named ${known.join(", ").replace(/, (?=\w+$)/, " or ")}`,
    received: names ? `a header that starts with ${names.slice(0, 3).join(", ")}` : "no header",
    next: "Name the label column in the header; training needs labels.",
  });
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
