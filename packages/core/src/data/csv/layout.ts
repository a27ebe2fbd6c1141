import { HeddleError } from "../../base/errors.js";
import { type ImageShape, shapeOfRow } from "../labelled-images.js";
import { CellScanner, isMissing, numberOf } from "./cells.js";

/** What a column holds: a pixel (its place in the image), the label, or nothing that is needed. */
export const LABEL = -1;
export const IGNORED = -2;

/** How a table is to be read. */
export interface CsvLayout {
  /** The byte between cells. */
  readonly separator: number;
  /** The line of the header, from 1; 0 without one. */
  readonly headerLine: number;
  /** For each column its pixel's place, `LABEL` or `IGNORED`. */
  readonly roles: Int32Array;
  /** The header's names; `undefined` without a header. */
  readonly names: readonly string[] | undefined;
  readonly shape: ImageShape;
}

export interface LayoutOptions {
  /** The images' shape; by default what the header says, else a square. */
  readonly shape?: ImageShape | undefined;
  /** The name of the label's column; by default `label`, `class` or `target`, else the first column. */
  readonly labelColumn?: string | undefined;
}

/** Larger than any image of a table; a line may hold 16 million empty cells. */
const MAXIMUM_COLUMNS = 2_000_000;

const separators = [0x2c, 0x3b, 0x09];
const labelNames = ["label", "class", "target"];
/** Row numbers, as pandas and R write them. */
const indexNames = ["", "id", "index", "unnamed: 0", "row.names"];

/**
 * Finds out from a table's first lines how it is to be read.
 *
 * @param name who complains: the file's path
 * @param lines the first lines as bytes, without their ends; a damaged one among them does no harm
 * @throws HeddleError when there is no label column, or the pixels do not make up an image
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
      received: "more than that",
      next: "Check that this is the right file.",
    });
  }
  if (names && lengths.length > 0 && !lengths.includes(columns)) {
    throw new HeddleError({
      who: name,
      expected: `rows of ${columns} cells, as the header has`,
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

/** True for a line of spaces, separators' tabs or nothing. */
export function isBlankLine(line: Uint8Array): boolean {
  return line.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d);
}

/** The separator that occurs most in a line; a decimal comma must not win over semicolon and tab. */
function separatorOf(line: Uint8Array): number {
  const count = (separator: number) => line.reduce((sum, byte) => sum + (byte === separator ? 1 : 0), 0);
  const [commas, semicolons, tabs] = separators.map(count) as [number, number, number];
  if (semicolons > 0 && semicolons >= tabs && 2 * semicolons >= commas) return 0x3b;
  if (tabs > 0 && 2 * tabs >= commas) return 0x09;
  return 0x2c;
}

/** The cells of a line as texts, one more than there may be at most. */
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

/** Names instead of values: the label's name among them, or mostly neither numbers nor missing values. */
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
  wanted: string | undefined,
): number {
  const lower = names?.map((text) => text.trim().toLowerCase());
  const known = wanted === undefined ? labelNames : [wanted.toLowerCase()];
  const found = known.map((label) => lower?.indexOf(label) ?? -1).find((column) => column >= 0);
  if (found !== undefined) return found;
  const start = lower?.find((text) => !indexNames.includes(text)) ?? "";
  // `pixel0` or `1x1` in the first place: a table without labels, such as a competition's test set.
  if (wanted === undefined && !(lower && /^(p|px|pixel|x)?[ _.-]?\d+(x\d+)*$/.test(start))) {
    return lower ? lower.indexOf(start) : 0;
  }
  throw new HeddleError({
    who: name,
    expected: `a column named ${known.join(", ").replace(/, (?=\w+$)/, " or ")}`,
    received: names ? `a header that starts with ${names.slice(0, 3).join(", ")}` : "no header",
    next: "Name the column of the labels in the header: images without labels cannot be trained on.",
  });
}

/** `28x28` as the name of the last pixel, counted from 1, or `27x27`, counted from 0. */
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
