import { CellScanner, isMissing, numberOf } from "./cells.js";

/** What the cells of a column are in the first rows. */
export interface ColumnSample {
  /** How many cells are numbers. */
  readonly numbers: number;
  /** How many are text, of which `lists` are lists of numbers. */
  readonly texts: number;
  readonly lists: number;
  /** The texts. */
  readonly words: readonly string[];
  /** True if the numbers are whole and each is one more than that before. */
  readonly counts: boolean;
  /** True if there are only 0 and 1. */
  readonly flags: boolean;
}

/** More cells are not looked at: a row could hold two million. */
const MAXIMUM_CELLS = 400_000;

/** How many values make a list: fewer may be a date or a name. */
const SHORTEST_LIST = 4;

/** Looks at the columns of rows. Only rows with `columns` cells count. */
export function sampleColumns(
  rows: readonly Uint8Array[],
  columns: number,
  separator: number,
): readonly ColumnSample[] {
  const cells = rows.slice(0, Math.max(1, Math.floor(MAXIMUM_CELLS / columns)));
  const whole = cells
    .map((row) => cellsOf(row, separator, columns))
    .filter(({ length }) => length === columns);
  return Array.from({ length: columns }, (_, column) => sampleOf(whole.map((row) => row[column]!)));
}

function sampleOf(cells: readonly (number | string)[]): ColumnSample {
  const numbers = cells.filter((cell) => typeof cell === "number");
  const words = cells.filter((cell) => typeof cell === "string" && !isMissing(cell)) as string[];
  const lists = words.filter((word) => listValues(word) >= SHORTEST_LIST).length;
  const counts =
    numbers.length > 2 &&
    numbers.every((value, row) => Number.isInteger(value) && value === numbers[0]! + row);
  const flags =
    words.length === 0 && numbers.length > 0 && numbers.every((value) => value === 0 || value === 1);
  return { numbers: numbers.length, texts: words.length, lists, words, counts, flags };
}

/** True for a column of text: most of its values are no numbers. */
export function isText({ numbers, texts }: ColumnSample): boolean {
  return texts > numbers;
}

/** True for a column whose cells hold all pixels of an image. */
export function isList({ numbers, texts, lists }: ColumnSample): boolean {
  return 2 * lists > numbers + texts;
}

/** The cells of a line, numbers where they are; up to one more than `most`. */
function cellsOf(line: Uint8Array, separator: number, most: number): (number | string)[] {
  const scanner = new CellScanner(separator);
  const cells: (number | string)[] = [];
  for (let at = 0; at <= line.length && cells.length <= most; at = scanner.next) {
    scanner.scan(line, at, line.length);
    const value = scanner.number(line);
    cells.push(Number.isNaN(value) ? (scanner.text(line) ?? "\u{fffd}") : value);
  }
  return cells;
}

/** How many numbers a text lists, separated by spaces, commas or semicolons, possibly in brackets or in rows of them; 0 if it is no list. */
export function listValues(text: string): number {
  let from = 0;
  let to = text.length;
  while (from < to && "[( ".includes(text[from]!)) from++;
  while (to > from && "]) ".includes(text[to - 1]!)) to--;
  const values = text.slice(from, to).split(/[\s,;[\]]+/);
  return values.every((value) => !Number.isNaN(numberOf(value))) ? values.length : 0;
}
