import { didYouMean } from "../base/closest.js";
import { HeddleError, messageOf } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import type { FormOptions } from "../data/dataset.js";
import { missingRules } from "../data/dropped-rows.js";
import { parseShape, parseSize } from "../data/labelled-images.js";
import {
  type Augmentation,
  augmentationSyntax,
  parseAugmentation,
  readAugmentation,
} from "./augmentation.js";
import { LIMIT_HELP } from "./limit.js";

export const optimizerNames = ["sgd", "adam", "adamw", "rmsprop", "muon"] as const;
export const scheduleNames = [
  ...(["constant", "one-cycle", "cosine", "step", "exponential", "polynomial"] as const),
] as const;

/**
 * Everything that decides how a model is trained, as recipes and the command line have it. 0 turns off what a number
 * can turn off.
 */
export interface Settings {
  /** `"study"`, or a model in Keras's JSON. */
  readonly model: "study" | JsonObject;
  readonly data: string;
  readonly missing: NonNullable<FormOptions["missing"]>;
  readonly size: NonNullable<FormOptions["size"]>;
  readonly shape: NonNullable<FormOptions["shape"]>;
  readonly limit: number;
  readonly validationSplit: number;
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

/** How a setting is shown and read. */
export interface Setting<Value> {
  /** The heading of its option in the help; none where a command adds the option itself. */
  readonly group?: "Data" | "Regularization" | "Optimizer" | "Schedule" | "Training";
  readonly flags: string;
  readonly help: string;
  /** What fits, as a noun phrase. */
  readonly expected: string;
  /** Words to choose from. */
  readonly words?: readonly string[];
  /** From JSON; undefined where the value does not fit. May throw, to say more. */
  readonly read: (value: unknown) => Value | undefined;
  /** What the text of an option means, before it is read. */
  readonly parse: (text: string) => unknown;
}

type Shown = Pick<Setting<never>, "flags" | "help"> & {
  readonly group: NonNullable<Setting<never>["group"]>;
};

/** One line a setting: the options of `heddle train`, the keys of a recipe, and what both accept. */
export const settings: { readonly [Name in keyof Settings]: Setting<Settings[Name]> } = {
  model: {
    flags: "--model",
    help: "study, or a model in Keras's JSON",
    expected: 'a model: "study", or Keras\'s JSON',
    read: (value) => (value === "study" || isJsonObject(value) ? value : undefined),
    parse: (text) => text,
  },
  data: {
    flags: "--data",
    help: "a dataset's name or folder",
    expected: "a dataset's name or folder",
    read: (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined),
    parse: (text) => text,
  },
  missing: {
    flags: "--missing",
    help: "rows with missing values",
    expected: `one of ${missingRules.join(", ")}`,
    words: missingRules,
    read: (value) => missingRules.find((rule) => rule === value),
    parse: (text) => text,
  },
  size: {
    flags: "--size",
    help: "the size that pictures are scaled to",
    expected: "a height and a width, such as 28x28",
    read: (value) => parseSize(dimensions(value)),
    parse: (text) => text,
  },
  shape: {
    flags: "--shape",
    help: "the shape of the images in a table",
    expected: "height, width and channels, such as 32x32x3",
    read: (value) => parseShape(dimensions(value)),
    parse: (text) => text,
  },
  limit: whole(1, shown("Data", "--limit <n>", LIMIT_HELP)),
  validationSplit: between(
    [0, 0.9],
    shown(
      "Data",
      "--validation-split <x>",
      "share of the training images held out, of each class alike; each epoch is then validated on them, and the test set measured once at the end",
    ),
  ),
  classWeights: word(
    ["balanced", "none"],
    shown(
      "Data",
      "--class-weights <balanced>",
      "count images of rare classes more: each class as much as any other",
    ),
  ),
  augment: {
    ...shown(
      "Data",
      "--augment <changes>",
      "change training images at random: translation, flip, rotation, zoom, contrast, erasing, such as flip,rotation=0.05; or none",
    ),
    expected: augmentationSyntax,
    read: (value) => (typeof value === "string" ? parseAugmentation(value) : readAugmentation(value)),
    parse: (text) => text,
  },
  dropout: between(
    [0, 0.99],
    shown("Regularization", "--dropout <x>", "rate of every dropout layer of the model"),
  ),
  l1: between(
    [0, 1],
    shown(
      "Regularization",
      "--l1 <x>",
      "penalty x·Σ|w| on the kernels of every convolution; of the dense layers in a model without any",
    ),
  ),
  l2: between([0, 1], shown("Regularization", "--l2 <x>", "penalty x·Σw² on the same kernels")),
  labelSmoothing: between(
    [0, 1],
    shown("Regularization", "--label-smoothing <x>", "share of each target spread over all classes"),
  ),
  optimizer: word(optimizerNames, shown("Optimizer", "--optimizer <name>", optimizerNames.join(", "))),
  learningRate: above(
    0,
    shown(
      "Optimizer",
      "--lr, --learning-rate <x>",
      "the highest learning rate of the schedule (default: by optimizer, 0.003 for adam)",
    ),
  ),
  momentum: between([0, 0.9999], shown("Optimizer", "--momentum <x>", "of sgd, rmsprop or muon")),
  weightDecay: between(
    [0, 1],
    shown(
      "Optimizer",
      "--weight-decay <x>",
      "decoupled: each step shrinks weights by x times its learning rate",
    ),
  ),
  clipNorm: between(
    [0, 1e6],
    shown("Optimizer", "--clip-norm <x>", "scale all gradients together down to this norm"),
  ),
  ema: between(
    [0, 0.99999],
    shown(
      "Optimizer",
      "--ema <x>",
      "end with a running average of the weights, of which x stays in each step, such as 0.999",
    ),
  ),
  schedule: word(scheduleNames, shown("Schedule", "--schedule <name>", scheduleNames.join(", "))),
  warmup: between([0, 0.9], shown("Schedule", "--warmup <x>", "share of the steps in which the rate rises")),
  lrEnd: between(
    [0, 1],
    shown("Schedule", "--lr-end <x>", "the last learning rate, as a share of the highest"),
  ),
  power: above(0, shown("Schedule", "--power <x>", "of the polynomial schedule")),
  epochs: whole(1, shown("Training", "--epochs <n>", "passes over the training images")),
  batchSize: whole(1, shown("Training", "--batch-size <n>", "images of a step"), 65536),
  earlyStopping: whole(
    0,
    shown(
      "Training",
      "--early-stopping <n>",
      "stop after n epochs without a lower validation loss, and keep the best epoch's weights",
    ),
  ),
  seed: whole(0, shown("Training", "--seed <n>", "decides weights, order, dropout and augmentation")),
  fast: {
    flags: "--fast",
    help: "fused multiply-add kernels",
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : undefined),
    parse: (text) => text === "true",
  },
  stream: {
    flags: "--stream",
    help: "leave images on disk and read them as they are needed",
    expected: "true or false",
    read: (value) => (typeof value === "boolean" ? value : undefined),
    parse: (text) => text === "true",
  },
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
  const received = (JSON.stringify(value) ?? "nothing").slice(0, 60);
  const next = words && typeof value === "string" ? didYouMean(value, words) : `Correct ${name}.`;
  throw new HeddleError({ who, expected, received, next });
}

/** `28x28` as it is typed, or as JSON has it: [28, 28]. */
function dimensions(value: unknown): string {
  return Array.isArray(value) ? value.join("x") : String(value);
}

function shown(group: Shown["group"], flags: string, help: string): Shown {
  return { group, flags, help };
}

function numeric(about: Shown, expected: string, fits: (value: number) => boolean): Setting<number> {
  return {
    ...about,
    expected,
    read: (value) => (typeof value === "number" && Number.isFinite(value) && fits(value) ? value : undefined),
    // What is no number stays text, which is read as nothing: Number("") would be 0.
    parse: (text) => (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text),
  };
}

function between([low, high]: readonly [number, number], about: Shown): Setting<number> {
  return numeric(about, `a number from ${low} to ${high}`, (value) => value >= low && value <= high);
}

function above(bound: number, about: Shown): Setting<number> {
  return numeric(about, `a number above ${bound}`, (value) => value > bound);
}

function whole(least: number, about: Shown, most = Number.MAX_SAFE_INTEGER): Setting<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const fits = (value: number) => Number.isSafeInteger(value) && value >= least && value <= most;
  const setting = numeric(about, `a whole number ${range}`, fits);
  return { ...setting, parse: (text) => (/^\d+$/.test(text) ? Number(text) : text) };
}

function word<Word extends string>(words: readonly Word[], about: Shown): Setting<Word> {
  const read = (value: unknown) => words.find((one) => one === value);
  return { ...about, words, expected: `one of ${words.join(", ")}`, read, parse: (text) => text };
}
