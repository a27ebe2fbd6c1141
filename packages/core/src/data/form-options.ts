import { HeddleError } from "../base/errors.js";
import type { OptionRules } from "../base/known-options.js";
import {
  anyObject,
  finite,
  oneOf,
  type Rule,
  sizes,
  trueOrFalse,
  whole,
  wholeFromTo,
} from "../base/rules.js";
import {
  channelCounts,
  classOrders,
  type DataForm,
  dataForms,
  type FormOptions,
  labelRules,
} from "./dataset.js";
import { missingRules } from "./dropped-rows.js";
import { parseShape, parseSize } from "./image-shape.js";
import { parseRange, type ValueRange } from "./value-range.js";

type Form = DataForm | "generated";

/** An option of reading: where it applies, and what it accepts. */
export interface FormOption<Value> {
  /** The forms of data that it applies to. */
  readonly forms: readonly Form[];
  /** What fits, as a noun phrase. */
  readonly expected: string;
  /** Words to choose from. */
  readonly words?: readonly string[];
  /** From JSON; undefined where the value does not fit. */
  readonly read: (value: unknown) => Value | undefined;
  /** What a text means, as JSON. */
  readonly parse: (text: string) => unknown;
}

/** All options of reading, one entry each: recipes, run records and the command line read them by this table. */
export const formOptionTable: {
  readonly [Name in keyof FormOptions]-?: FormOption<NonNullable<FormOptions[Name]>>;
} = {
  missing: { forms: ["csv", "npz", "images", "parquet"], ...word(missingRules) },
  size: {
    forms: ["images", "parquet"],
    expected: "a height and a width, such as 28x28",
    read: (value) => parseSize(dimensions(value)),
    parse: asText,
  },
  bitDepth: {
    forms: ["images", "parquet"],
    expected: "a number of bits from 8 to 16",
    read: (value) => [8, 9, 10, 11, 12, 13, 14, 15, 16].find((bits) => bits === value),
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  },
  shape: {
    forms: ["csv", "npz"],
    expected: "height, width and channels, such as 32x32x3",
    read: (value) => parseShape(dimensions(value)),
    parse: asText,
  },
  transpose: {
    forms: ["idx", "csv", "npz", "images"],
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : undefined),
    parse: (text) => text === "true",
  },
  channels: {
    forms: dataForms,
    expected: "1, 2, 3 or 4",
    read: (value) => channelCounts.find((count) => count === value),
    parse: (text) => (/^\d$/.test(text) ? Number(text) : text),
  },
  range: {
    forms: dataForms,
    expected: "the smallest and the largest pixel value, such as 0..1",
    read: (value) => (typeof value === "string" && parseRange(value) ? (value as ValueRange) : undefined),
    parse: asText,
  },
  labelColumn: {
    forms: ["csv"],
    expected: "a column's name, its position from 1, or last",
    read: (value) => (isColumn(value) ? value : undefined),
    parse: asText,
  },
  dropColumns: {
    forms: ["csv"],
    expected: "names or positions of columns, such as names,id",
    read: (value) => {
      const columns: unknown = typeof value === "string" ? value.split(",") : value;
      return Array.isArray(columns) && columns.length > 0 && columns.every(isColumn) ? columns : undefined;
    },
    parse: asText,
  },
  labels: { forms: ["csv"], ...word(labelRules) },
  classOrder: { forms: ["csv", "npz", "images"], ...word(classOrders) },
};

/** The names of all options of reading. */
export const formOptionNames = Object.keys(formOptionTable) as readonly (keyof FormOptions)[];

const words: Readonly<Record<Form, string>> = {
  idx: "IDX files",
  csv: "a CSV",
  npz: "an npz file",
  images: "a folder of pictures",
  cifar: "CIFAR's files",
  parquet: "Parquet files",
  generated: "images drawn by code",
};

/** A range of pixel values, as a text. */
export const rangeRule: Rule = {
  expected: formOptionTable.range.expected,
  accepts: (value) => formOptionTable.range.read(value) !== undefined,
};

/** How many channels images get. */
export const channelsRule: Rule = {
  expected: formOptionTable.channels.expected,
  accepts: (value) => formOptionTable.channels.read(value) !== undefined,
};

/** What each option must be. */
export const FORM_RULES: OptionRules<FormOptions> = {
  missing: oneOf(...missingRules),
  size: sizes(2),
  bitDepth: wholeFromTo(8, 16),
  shape: sizes(3),
  transpose: trueOrFalse,
  channels: channelsRule,
  range: rangeRule,
  labelColumn: { expected: formOptionTable.labelColumn.expected, accepts: isColumn },
  dropColumns: {
    expected: "a list of names or positions of columns",
    accepts: (value) => Array.isArray(value) && value.every(isColumn),
  },
  labels: oneOf(...labelRules),
  classOrder: oneOf(...classOrders),
};

/** How to hold out a test split: `"none"`, or a fraction and a seed. */
export const holdOutRule: Rule = {
  expected: '"none" or an object with a fraction and a seed',
  accepts: (value) => value === "none" || (anyObject.accepts(value) && isHoldOut(value as object)),
};

function isHoldOut({ fraction, seed, ...others }: { readonly fraction?: unknown; readonly seed?: unknown }) {
  return (
    (fraction === undefined || finite.accepts(fraction)) &&
    (seed === undefined || whole(0).accepts(seed)) &&
    Object.keys(others).length === 0
  );
}

/** Refuses an option that does not apply to data of this form, instead of silently ignoring it. */
export function checkFormOptions(form: Form, options: FormOptions): void {
  for (const name of formOptionNames) {
    const { forms } = formOptionTable[name];
    if (options[name] === undefined || forms.includes(form)) continue;
    throw new HeddleError({
      who: `\`${name}\``,
      expected: forms.map((reader) => words[reader]).join(" or "),
      received: words[form],
      next: "Remove it, or choose other data.",
    });
  }
}

/** How to read data of a form: by `options`, and where these are silent, by those of `defaults` that apply to it. */
export function formOptions(form: Form, options: FormOptions, defaults: FormOptions = {}): FormOptions {
  const applying = formOptionNames.filter((name) => formOptionTable[name].forms.includes(form));
  const inherited = Object.fromEntries(applying.map((name) => [name, defaults[name]]));
  return pickFormOptions({ ...inherited, ...pickFormOptions(options) });
}

/** The options of reading that are set, without whatever else `options` holds. */
export function pickFormOptions(options: FormOptions): FormOptions {
  const set = formOptionNames.filter((name) => options[name] !== undefined);
  return Object.fromEntries(set.map((name) => [name, options[name]]));
}

/** `28x28` as people write it, or as JSON has it: [28, 28]; empty for anything else. */
function dimensions(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) && value.every(Number.isSafeInteger) ? value.join("x") : "";
}

function isColumn(value: unknown): value is string | number {
  return typeof value === "string" ? value.trim() !== "" : Number.isSafeInteger(value) && Number(value) >= 1;
}

function asText(text: string): string {
  return text;
}

function word<Word extends string>(words: readonly Word[]) {
  const read = (value: unknown) => words.find((one) => one === value);
  return { words, expected: `one of ${words.join(", ")}`, read, parse: asText };
}
