import { HeddleError } from "../../base/errors.js";
import type { LeftOut, ReadingChoice } from "../reading.js";
import { matchChoices, matchColumns, type TableColumns } from "./match.js";
import {
  arePixelNames,
  columnNamed,
  isIndexName,
  isListName,
  isSplitName,
  namedLabel,
  numberedColumns,
  positionsOf,
  splitOf,
} from "./names.js";
import { refuseOtherValues } from "./other-values.js";
import { type ColumnSample, isList, isText } from "./sample.js";

/** What a column holds, if not a pixel. */
export const LABEL = -1;
export const IGNORED = -2;
/** The split of a row. */
export const SPLIT = -3;
/** All pixels of an image. */
export const LIST = -4;

/** Which columns of a table are which. */
export interface Columns {
  /** What each column holds: the position of its pixel in the image, or one of the constants. */
  readonly roles: Int32Array;
  /** How many pixels there are; 0 if they are in one cell. */
  readonly pixels: number;
  /** All columns but those of labels and splits, and those that an option drops. */
  readonly open: readonly number[];
  /** The label's column; -1 if the table has none. */
  readonly label: number;
  /** True if the label may as well be in the last column: the values will tell. */
  readonly undecided: boolean;
  readonly choices: readonly ReadingChoice[];
  readonly leftOut: readonly LeftOut[];
}

/** What is known about a table before its columns are. */
export interface ColumnFacts {
  /** The file's path, for errors. */
  readonly name: string;
  /** The names of the columns, if the header has names. */
  readonly names: readonly string[] | undefined;
  readonly samples: readonly ColumnSample[];
  readonly labelColumn: string | number | undefined;
  readonly dropColumns: readonly (string | number)[] | undefined;
  /** The columns of the training table, if this is the table of test images. */
  readonly like: TableColumns | undefined;
  /** Whether so many values make up an image. */
  readonly isImage: (values: number) => boolean;
}

/**
 * Determines which columns of a table hold labels, pixels, splits, and nothing of use.
 *
 * @throws HeddleError if a column that an option names does not exist, or several could be the label
 */
export function columnsOf(facts: ColumnFacts): Columns {
  const { names, samples, dropColumns = [] } = facts;
  const all = [...samples.keys()];
  const dropped = new Set(dropColumns.map((column) => columnOf(facts, "dropColumns", column)));
  const chosen =
    facts.labelColumn === undefined ? undefined : columnOf(facts, "labelColumn", facts.labelColumn);
  const isIndex = (column: number) => names !== undefined && isIndexName(names[column]!);
  const open = all.filter((column) => !dropped.has(column) && column !== chosen && !isIndex(column));
  const split = open.find((column) => holdsSplits(facts, column));
  const list = listColumn(facts, open);
  const candidates = open.filter((column) => column !== split && column !== list);
  if (list === undefined) refuseOtherValues(facts.name, samples, candidates, false);
  const numbered = new Set(names && list === undefined ? numberedColumns(names, candidates) : []);
  const found = chosen === undefined ? labelOf(facts, candidates, { list, numbered }) : { label: chosen };
  const { label = -1, rowNumbers } = found;

  const reasons = new Map<number, string>();
  for (const column of dropped) reasons.set(column, "`dropColumns` names it");
  if (rowNumbers !== undefined) reasons.set(rowNumbers, "it counts the rows");
  for (const column of candidates) {
    if (column === label || reasons.has(column)) continue;
    if (list !== undefined) reasons.set(column, "the pixels are in another column");
    else if (isText(samples[column]!)) reasons.set(column, "it holds text");
    else if (numbered.size > 0 && !numbered.has(column)) {
      reasons.set(column, "its name is not numbered like those of the pixels");
    }
  }
  const pixels =
    list === undefined ? candidates.filter((column) => column !== label && !reasons.has(column)) : [];
  const pixelNames = names && pixels.map((column) => names[column]!);
  const like = list === undefined ? facts.like : undefined;
  const matched = pixelNames && like && matchColumns(facts.name, pixelNames, like);
  // Otherwise in the order of the numbers in their names.
  const positions = matched ?? (pixelNames && positionsOf(pixelNames));
  const moved = positions?.some((position, index) => position !== index) ?? false;
  const roles = new Int32Array(samples.length).fill(IGNORED);
  pixels.forEach((column, index) => {
    roles[column] = positions?.[index] ?? index;
  });
  if (label >= 0) roles[label] = LABEL;
  if (split !== undefined) roles[split] = SPLIT;
  if (list !== undefined) roles[list] = LIST;
  return {
    roles,
    pixels: pixels.length,
    open: all.filter((column) => column !== label && column !== split && !dropped.has(column)),
    label,
    undecided: (found.undecided ?? false) && !moved,
    choices: [
      ...(pixelNames && like ? matchChoices(matched, like) : moved ? [byNumber] : []),
      ...(split === undefined ? [] : [{ about: "splits", choice: nameOf(facts, split) }]),
    ],
    leftOut: leftOutColumns(facts, reasons),
  };
}

const byNumber: ReadingChoice = {
  about: "columns",
  choice: "in the order of the numbers in their names",
  warn: true,
};

interface FoundLabel {
  readonly label?: number | undefined;
  readonly undecided?: boolean;
  readonly rowNumbers?: number | undefined;
}

/** So few values are hardly an image, although they could be one pixel of red, green and blue. */
const CHANNELS = 3;

/** The label among columns of which no option says which it is. */
function labelOf(
  facts: ColumnFacts,
  candidates: readonly number[],
  { list, numbered }: { readonly list: number | undefined; readonly numbered: ReadonlySet<number> },
): FoundLabel {
  const { names, samples, isImage } = facts;
  const trained = facts.like?.label === undefined ? -1 : columnNamed(names, facts.like.label);
  const known = candidates.includes(trained) ? trained : names && namedLabel(names, candidates);
  if (known !== undefined) return { label: known };
  const others = list === undefined ? candidates.filter((column) => !numbered.has(column)) : candidates;
  if (list !== undefined || (numbered.size > 0 && others.length > 0))
    return { label: onlyOne(facts, others) };
  const texts = candidates.filter((column) => isText(samples[column]!));
  if (texts.length > 0) return { label: onlyOne(facts, texts) };
  // A table that starts with `pixel0` or `1x1` has no labels, such as the test set of a competition.
  if (names && arePixelNames(candidates.map((column) => names[column]!))) return {};
  const count = candidates.length;
  if (count === 1) return { label: candidates[0]! };
  if (count > CHANNELS && isImage(count) && !isImage(count - 1)) return {};
  const [first, second] = candidates;
  if (!isImage(count - 1) && isImage(count - 2) && samples[first!]!.counts) {
    return { label: second, rowNumbers: first, undecided: true };
  }
  return { label: first, undecided: true };
}

/** The only column that can be the label; `undefined` if there is none. */
function onlyOne(facts: ColumnFacts, columns: readonly number[]): number | undefined {
  if (columns.length < 2) return columns[0];
  const areFlags = columns.every((column) => facts.samples[column]!.flags);
  const shown = columns.slice(0, 8).map((column) => nameOf(facts, column));
  throw new HeddleError({
    who: facts.name,
    expected: "one column that can be the label",
    received:
      shown.join(", ") +
      (columns.length > shown.length ? `, … (${columns.length} columns)` : "") +
      (areFlags ? ", of 0 and 1: one-hot labels" : ""),
    next: areFlags
      ? "Make one column of them, such as table[columns].idxmax(axis=1) in pandas."
      : "Set `labelColumn` to one of them.",
  });
}

function listColumn(facts: ColumnFacts, columns: readonly number[]): number | undefined {
  const { name, names, samples } = facts;
  const lists = columns.filter((column) => isList(samples[column]!));
  const named = lists.find((column) => names !== undefined && isListName(names[column]!));
  if (lists.length < 2 || named !== undefined) return named ?? lists[0];
  throw new HeddleError({
    who: name,
    expected: "one column with all pixels of an image",
    received: lists.map((column) => nameOf(facts, column)).join(", "),
    next: "Set `dropColumns` to the others.",
  });
}

/** True for a column that is named like one of splits and holds such words. */
function holdsSplits({ names, samples }: ColumnFacts, column: number): boolean {
  if (!names || !isSplitName(names[column]!)) return false;
  const { words, numbers } = samples[column]!;
  const splits = words.filter((word) => splitOf(word) !== undefined);
  return 2 * splits.length > words.length + numbers;
}

/** The position of the column that an option names. */
function columnOf(facts: ColumnFacts, option: string, column: string | number): number {
  const { name, names, samples } = facts;
  const named = typeof column === "string" ? columnNamed(names, column) : -1;
  if (named >= 0) return named;
  const text = String(column).trim().toLowerCase();
  if (text === "last") return samples.length - 1;
  const position = /^\d+$/.test(text) ? Number(text) : 0;
  if (position >= 1 && position <= samples.length) return position - 1;
  throw new HeddleError({
    who: name,
    expected: `a column named ${column}, or a position from 1 to ${samples.length}`,
    received: names ? `a header that starts with ${names.slice(0, 3).join(", ")}` : "no header",
    next: `Correct \`${option}\`.`,
  });
}

/** A column as it is shown: its name, or its position from 1. */
export function nameOf({ names }: Pick<ColumnFacts, "names">, column: number): string {
  const name = names?.[column]?.trim();
  return name === undefined || name === "" ? `column ${column + 1}` : name;
}

function leftOutColumns(facts: ColumnFacts, reasons: ReadonlyMap<number, string>): LeftOut[] {
  const grouped = new Map<string, number[]>();
  for (const [column, reason] of [...reasons].sort(([a], [b]) => a - b)) {
    const columns = grouped.get(reason);
    if (columns) columns.push(column);
    else grouped.set(reason, [column]);
  }
  return Array.from(grouped, ([reason, columns]) => ({
    what: "column",
    reason,
    count: columns.length,
    examples: columns.slice(0, 3).map((column) => nameOf(facts, column)),
  }));
}
