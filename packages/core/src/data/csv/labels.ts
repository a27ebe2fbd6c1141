import type { LabelRule } from "../dataset.js";

/** Turns `3.0`, `+3` and `03`, the ways in which programs write a whole number, into `3`; keeps any other text. */
export function wholeNumberText(text: string): string {
  const match = /^\+?0*(\d{1,15})(?:\.0*)?$/.exec(text);
  return match ? match[1]! : text;
}

/** A label that occurs so often may be damaged. */
export const RARE = 2;

/**
 * The positions of labels that are damaged. Labels that return are classes, whatever their type; among labels of which most
 * are whole numbers, any other that occurs once or twice, and less often than they do, is damage.
 *
 * @param texts the different labels
 * @param labels the position of each row's label
 */
export function damagedLabels(
  texts: readonly string[],
  labels: readonly number[],
  rule: LabelRule | undefined,
): ReadonlySet<number> {
  if (rule === "names") return new Set();
  const counts = new Float64Array(texts.length);
  for (const label of labels) counts[label]! += 1;
  const positions = [...texts.keys()];
  const words = positions.filter((position) => !/^\d+$/.test(texts[position]!));
  if (rule === "numbers" || words.length === 0) return new Set(words);
  const rows = words.reduce((sum, position) => sum + counts[position]!, 0);
  if (2 * rows >= labels.length) return new Set();
  const numbers = positions.filter((position) => /^\d+$/.test(texts[position]!));
  const usual = median(numbers.map((position) => counts[position]!));
  return new Set(words.filter((position) => counts[position]! <= RARE && counts[position]! < usual));
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
}

/** A column with one value in more than this share of the rows is a pixel at the edge rather than a label. */
const MOSTLY_ONE = 0.8;

/** How many rows a class has at least, on average, in a column of labels. */
const ROWS_PER_CLASS = 5;

/** More values than this are hardly labels if the first column could hold them too. */
const MANY_CLASSES = 100;

/**
 * True if the labels are in the last column rather than the first: the last holds whole numbers that return, none of them
 * in most rows, as labels do; the first holds fractions, or one value almost everywhere, as pixels do.
 *
 * @param first the values of the first column; NaN for text
 * @param last the values of the last column
 */
export function isLastLabel(first: ArrayLike<number>, last: ArrayLike<number>): boolean {
  const labels = countsOf(last);
  if (!labels.whole || labels.values < 2 || labels.largest > last.length / 2) return false;
  if (labels.values * ROWS_PER_CLASS > last.length || labels.range > 2 * labels.values) return false;
  const pixels = countsOf(first);
  if (pixels.values === 1 || !pixels.whole) return true;
  return pixels.largest > MOSTLY_ONE * first.length && labels.values <= MANY_CLASSES;
}

interface ColumnCounts {
  readonly whole: boolean;
  readonly values: number;
  readonly largest: number;
  readonly range: number;
}

function countsOf(column: ArrayLike<number>): ColumnCounts {
  const counts = new Map<number, number>();
  let whole = true;
  let largest = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < column.length; row++) {
    const value = column[row]!;
    if (Number.isNaN(value)) continue;
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (!Number.isInteger(value) || value < 0) whole = false;
    largest = Math.max(largest, count);
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { whole, values: counts.size, largest, range: high - low + 1 };
}
