import { isMissing, numberOf } from "./cells.js";
import { isHeaderName } from "./names.js";

/**
 * What the first row is: `"names"` of columns; a header of `"repeated"` values, which pandas has numbered; or
 * `undefined` for an image.
 */
export type Header = "names" | "repeated" | undefined;

/**
 * Determines whether the first row is a header. It is if it names the label, if most of its cells are words, if it counts
 * (`0,1,2,…`, `y,0,1,2,…`), or if it is a row whose repeated values pandas has numbered (`0,0.1,0.2,…`).
 *
 * @param rows the cells of the first rows
 * @param toNumber the value of a cell; NaN for text
 */
export function headerOf(
  rows: readonly (readonly string[])[],
  labelColumn: string | undefined,
  toNumber: (cell: string) => number = numberOf,
): Header {
  const [first = [], ...others] = rows;
  const isNamed = (cell: string) => isHeaderName(cell) || cell.trim().toLowerCase() === labelColumn;
  if (first.some(isNamed)) return "names";
  const words = first.filter((cell) => !isMissing(cell) && Number.isNaN(toNumber(cell.trim())));
  if (others.length > 0 && hasRepeats(first) && !others.some(hasRepeats)) return "repeated";
  if (2 * words.length > first.length) return "names";
  const counts = (cells: readonly string[]) => isCount(cells, toNumber);
  return others.length > 0 && counts(first) && !others.some(counts) ? "names" : undefined;
}

/** True for numbers that count from 0 or 1, possibly after or before words, which are fewer. */
function isCount(cells: readonly string[], toNumber: (cell: string) => number): boolean {
  const values = cells.map((cell) => toNumber(cell.trim()));
  const from = values.findIndex((value) => !Number.isNaN(value));
  const numbers = values.slice(from, values.findLastIndex((value) => !Number.isNaN(value)) + 1);
  const [start] = numbers;
  if (start !== 0 && start !== 1) return false;
  if (numbers.length < 3 || 2 * numbers.length < cells.length) return false;
  return numbers.every((value, index) => value === start + index);
}

/** How many repeated values must be numbered: a few could be decimals. */
const REPEATS = 3;

/** True for different texts, of which some are earlier ones with a count: `0`, `7`, `0.1`, `0.2`, `7.1`. */
function hasRepeats(cells: readonly string[]): boolean {
  const seen = new Map<string, number>();
  let repeats = 0;
  for (const cell of cells) {
    const text = cell.trim();
    const [, base = "", count] = /^(.+)\.(\d+)$/.exec(text) ?? [];
    if (count !== undefined && seen.get(base) === Number(count)) {
      seen.set(base, Number(count) + 1);
      repeats++;
    } else if (seen.has(text)) return false;
    else seen.set(text, 1);
  }
  return repeats >= REPEATS;
}
