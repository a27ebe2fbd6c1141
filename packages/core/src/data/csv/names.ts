// What the names of columns tell about their contents.

/** Columns of labels, the likeliest first. */
const labelNames = [
  "label",
  "class",
  "target",
  "labels",
  "classes",
  "y",
  "category",
  "class_name",
  "class_label",
  "digit",
  "letter",
  "character",
  "symbol",
  "emotion",
];

/** The names of labels that make any first row a header: they are hardly a class. */
const headerNames = labelNames.slice(0, 4).filter((name) => name.length > 1);

/** Columns that say to which split a row belongs. */
const splitNames = ["usage", "split", "set", "subset", "partition", "data_split", "dataset"];

/** Columns of pixels in a single cell. */
const listNames = ["pixels", "image", "pixel_values"];

/** Columns of row numbers and file names, as pandas, R and Kaggle name them. */
const indexPattern =
  /^(|index|idx|unnamed: \d+(\.\d+)*|row([ _.]?(names|id|num|number|no))?|((image|img|file|sample|row)[ _.-]?)?(id|file|path|filename|filepath|file_name|file_path)|(image|img)[ _.-]?(name|no))$/;

const plain = (name: string) => name.trim().toLowerCase();

/** True if the first row is a header for this name alone. */
export function isHeaderName(name: string): boolean {
  return headerNames.includes(plain(name));
}

/** True for a column of row numbers or file names. */
export function isIndexName(name: string): boolean {
  return indexPattern.test(plain(name));
}

/** True for a column that may say to which split a row belongs. */
export function isSplitName(name: string): boolean {
  return splitNames.includes(plain(name));
}

/** True for a column that may hold all pixels of an image. */
export function isListName(name: string): boolean {
  return listNames.includes(plain(name));
}

/** The likeliest label among these columns; `undefined` if none is named like one. */
export function namedLabel(names: readonly string[], columns: readonly number[]): number | undefined {
  const known = labelNames.flatMap((label) => columns.filter((column) => plain(names[column]!) === label));
  return known[0];
}

/** The column with a name, in upper or lower case; -1 if there is none. */
export function columnNamed(names: readonly string[] | undefined, name: string): number {
  return names?.findIndex((one) => plain(one) === plain(name)) ?? -1;
}

/** The words of a column of splits. */
const splitWords: Readonly<Record<string, Split>> = {
  train: "train",
  training: "train",
  test: "test",
  testing: "test",
  privatetest: "test",
  publictest: "validation",
  val: "validation",
  valid: "validation",
  validation: "validation",
  dev: "validation",
};

/** A split that a row may belong to. */
export type Split = "train" | "test" | "validation";

/** The split that a word names: `Training`, `PrivateTest`. */
export function splitOf(word: string): Split | undefined {
  const key = plain(word).replace(/[ _-]/g, "");
  return Object.hasOwn(splitWords, key) ? splitWords[key] : undefined;
}

/** `pixel#` for `pixel12`, and `#x#` for `3x4`. */
const stemOf = (name: string) => plain(name).replace(/\d+/g, "#");

/** The numbers in a name: [3, 4] for `3x4`. */
const numbersOf = (name: string) => Array.from(name.matchAll(/\d+/g), ([digits]) => Number(digits));

/** The channels of which a header may name one after the other. */
const channelStems = [
  ["r", "g", "b"],
  ["red", "green", "blue"],
];

/** The columns whose names are numbered alike, such as `pixel0` to `pixel783`, if they are most; otherwise none. */
export function numberedColumns(names: readonly string[], columns: readonly number[]): readonly number[] {
  const groups = new Map<string, number[]>();
  for (const column of columns) {
    const stem = stemOf(names[column]!);
    if (!stem.includes("#")) continue;
    const group = groups.get(stem);
    if (group) group.push(column);
    else groups.set(stem, [column]);
  }
  let largest = 0;
  for (const { length } of groups.values()) largest = Math.max(largest, length);
  const numbered = [...groups.values()].filter(({ length }) => length === largest).flat();
  return largest > 1 && 2 * numbered.length > columns.length ? numbered.sort((a, b) => a - b) : [];
}

/** True for columns that are numbered as pixels are, `pixel3`, `px3` or `1x4`, and not merely as columns. */
export function arePixelNames(names: readonly string[]): boolean {
  return names.every((name) =>
    /^((p|px|pix|pixel)[ _.-]?#|#x#(x#)?|r(ow)?_?#_?c(ol)?_?#)$/.test(stemOf(name)),
  );
}

/**
 * The position in the image of each of some columns, by the numbers in their names: `pixel10` comes after `pixel9`, `2x1`
 * after `1x9`, and the green of a pixel after its red. `undefined` if the numbers are not a whole count.
 */
export function positionsOf(names: readonly string[]): readonly number[] | undefined {
  const stems = [...new Set(names.map(stemOf))];
  const channels = channelStems.find((known) => stems.every((stem) => known.includes(lettersOf(stem))));
  if (stems.length > 1 && (channels === undefined || stems.length !== channels.length)) return undefined;
  const tuples = names.map((name) => [
    ...numbersOf(name),
    ...(stems.length > 1 ? [channels!.indexOf(lettersOf(stemOf(name)))] : []),
  ]);
  const axes = tuples[0]?.length ?? 0;
  if (axes === 0) return undefined;
  const bounds = Array.from({ length: axes }, (_, axis) => {
    const values = tuples.map((tuple) => tuple[axis]!);
    return [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))] as const;
  });
  const size = bounds.reduce((product, [low, high]) => product * (high - low + 1), 1);
  if (size !== names.length) return undefined;
  const positions = tuples.map((tuple) =>
    bounds.reduce((place, [low, high], axis) => place * (high - low + 1) + tuple[axis]! - low, 0),
  );
  return new Set(positions).size === names.length ? positions : undefined;
}

const lettersOf = (stem: string) => stem.replace(/[#_. -]/g, "");
