import { didYouMean } from "../base/closest.js";
import { parseDecimal } from "../base/decimal.js";
import { HeddleError, messageOf } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import type { FormOptions } from "../data/dataset.js";
import { formOptionTable } from "../data/form-options.js";
import {
  type Augmentation,
  augmentationSyntax,
  parseAugmentation,
  readAugmentation,
} from "./augmentation.js";

export const optimizerNames = ["sgd", "adam", "adamw", "rmsprop", "muon"] as const;
export const scheduleNames = [
  "constant",
  "one-cycle",
  "cosine",
  "step",
  "exponential",
  "polynomial",
] as const;

type AllFormOptions = { readonly [Name in keyof FormOptions]-?: NonNullable<FormOptions[Name]> };

/**
 * Everything that decides how a model is trained, as recipes and the command line name it. Where a number can turn
 * something off, 0 does.
 */
export interface Settings extends AllFormOptions {
  /** `"study"`, or a model in Keras's JSON. */
  readonly model: "study" | JsonObject;
  readonly data: string;
  /** A run or a model to fine-tune: its folder or file. */
  readonly from: string;
  readonly frozenEpochs: number;
  readonly limit: number;
  readonly validationSplit: number;
  readonly folds: number;
  readonly classWeights: "balanced" | "none";
  readonly augment: Augmentation;
  readonly dropout: number;
  readonly l1: number;
  readonly l2: number;
  readonly labelSmoothing: number;
  readonly optimizer: (typeof optimizerNames)[number];
  readonly learningRate: number;
  readonly momentum: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly ema: number;
  readonly schedule: (typeof scheduleNames)[number];
  readonly warmup: number;
  readonly lrEnd: number;
  readonly power: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly earlyStopping: number;
  readonly seed: number;
  readonly fast: boolean;
  readonly stream: boolean;
}

/** Some of the settings. */
export type GivenSettings = { readonly [Name in keyof Settings]?: Settings[Name] | undefined };

/** What a setting accepts, and how it is read. */
export interface Setting<Value> {
  /** What fits, as a noun phrase. */
  readonly expected: string;
  /** Words to choose from. */
  readonly words?: readonly string[];
  /** From JSON; undefined where the value does not fit. May throw, to say more. */
  readonly read: (value: unknown) => Value | undefined;
  /** What a text means, as JSON: `"0.5"` is 0.5 for a number. What cannot be a value stays text, for `read` to refuse. */
  readonly parse: (text: string) => unknown;
}

/** One line a setting: the keys of a recipe, and what each accepts. */
export const settings: { readonly [Name in keyof Settings]: Setting<Settings[Name]> } = {
  model: {
    expected: 'a model: "study", or Keras\'s JSON',
    read: (value) => (value === "study" || isJsonObject(value) ? value : undefined),
    parse: asText,
  },
  data: {
    expected: "a dataset's name or folder",
    read: (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
    parse: asText,
  },
  from: {
    expected: "a run, or a model's folder or file",
    read: (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
    parse: asText,
  },
  frozenEpochs: whole(0),
  ...formOptionTable,
  limit: whole(1),
  validationSplit: between(0, 0.9),
  folds: {
    ...numeric(
      "a whole number of at least 2, or 0",
      (value) => value === 0 || (value >= 2 && Number.isSafeInteger(value)),
    ),
    parse: (text) => (/^\d+$/.test(text) ? Number(text) : text),
  },
  classWeights: word(["balanced", "none"]),
  augment: {
    expected: augmentationSyntax,
    read: (value) => (typeof value === "string" ? parseAugmentation(value) : readAugmentation(value)),
    parse: asText,
  },
  dropout: between(0, 0.99),
  l1: between(0, 1),
  l2: between(0, 1),
  labelSmoothing: between(0, 1),
  optimizer: word(optimizerNames),
  learningRate: above(0),
  momentum: between(0, 0.9999),
  weightDecay: between(0, 1),
  clipNorm: between(0, 1e6),
  ema: between(0, 0.99999),
  schedule: word(scheduleNames),
  warmup: between(0, 0.9),
  lrEnd: between(0, 1),
  power: above(0),
  epochs: whole(1),
  batchSize: whole(1, 65536),
  earlyStopping: whole(0),
  seed: whole(0),
  fast: trueOrFalse(),
  stream: trueOrFalse(),
};

/** The names of all settings. */
export const settingNames = Object.keys(settings) as readonly (keyof Settings)[];

/**
 * Reads a setting's value from JSON.
 *
 * @param who the file and the key, or the option, for the error
 * @throws HeddleError when it does not fit
 */
export function readSetting<Name extends keyof Settings>(
  who: string,
  name: Name,
  value: unknown,
): Settings[Name] {
  const { read, expected, words }: Setting<Settings[Name]> = settings[name];
  let fitting: Settings[Name] | undefined;
  try {
    fitting = read(value);
  } catch (thrown) {
    throw new HeddleError(`${who}: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (fitting !== undefined) return fitting;
  const received = shown(value);
  const next = words && typeof value === "string" ? didYouMean(value, words) : `Correct ${name}.`;
  throw new HeddleError({ who, expected, received, next });
}

function asText(text: string): string {
  return text;
}

function trueOrFalse(): Setting<boolean> {
  return {
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : undefined),
    parse: (text) => text === "true",
  };
}

function numeric(expected: string, fits: (value: number) => boolean): Setting<number> {
  return {
    expected,
    read: (value) => (typeof value === "number" && Number.isFinite(value) && fits(value) ? value : undefined),
    parse: (text) => parseDecimal(text) ?? text,
  };
}

function between(low: number, high: number): Setting<number> {
  return numeric(`a number from ${low} to ${high}`, (value) => value >= low && value <= high);
}

function above(bound: number): Setting<number> {
  return numeric(`a number above ${bound}`, (value) => value > bound);
}

function whole(least: number, most = Number.MAX_SAFE_INTEGER): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const fits = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  const setting = numeric(`a whole number ${range}`, fits);
  return { ...setting, parse: (text) => (/^\d+$/.test(text) ? Number(text) : text) };
}

function word<Word extends string>(words: readonly Word[]): Setting<Word> {
  const read = (value: unknown) => words.find((one) => one === value);
  return { words, expected: `one of ${words.join(", ")}`, read, parse: asText };
}
