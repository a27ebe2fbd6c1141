import { Argument, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { parseDecimal } from "@heddle/core/internal/base/decimal.js";
import { rangeRule } from "@heddle/core/internal/data/form-options.js";
import type { ValueRange } from "@heddle/core/internal/data/value-range.js";
import { defaultSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { DEFAULT_RUNS_FOLDER } from "../runs/run-folder.js";
import { setsAlso } from "./flag-words.js";

/** An option's value as a whole number of at least `minimum`. */
export function wholeNumber(minimum: number, maximum = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= minimum && value <= maximum)
      return value;
    const range =
      maximum === Number.MAX_SAFE_INTEGER ? `of at least ${minimum}` : `from ${minimum} to ${maximum}`;
    throw new InvalidArgumentError(`Expected a whole number ${range}.`);
  };
}

/** An option's value as a number above 0. */
export function positiveNumber(text: string): number {
  const value = parseDecimal(text);
  if (value !== undefined && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** The default seed, with which everyone gets the same result. */
export const DEFAULT_SEED = defaultSettings.seed;

/** A path or a name; an empty one comes from an unset shell variable. */
export function nonEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected a path or a name.");
}

/** Several values, of an argument or of an option that is repeated, each as `nonEmpty` has it. */
export function allNonEmpty(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), nonEmpty(text)];
}

export const modelArgument = () =>
  new Argument(
    "<run>",
    "a run folder, its id, latest, a model's folder, or a file such as boots.keras",
  ).argParser(nonEmpty);
export const runArgument = () =>
  new Argument("<run>", "a run folder, its id or name, or latest").argParser(nonEmpty);

export const runsArgument = () =>
  new Argument("<run...>", "run folders, ids, names, or latest").argParser(allNonEmpty);

export const dataOption = () =>
  setsAlso(
    new Option(
      "--data <path|name>",
      "a folder, an archive, a CSV, npz or Parquet file, or fashion-sketch; found or downloaded by default",
    ).argParser(nonEmpty),
    "dataDir",
  );
export const offlineOption = () => new Option("--offline", "never touch the network");
export const threadsOption = () =>
  new Option("--threads <n>", "threads to compute on; every core by default").argParser(wholeNumber(1, 64));
export const fastOption = () =>
  new Option("--fast", "fused multiply-add kernels: faster, with different last bits");
export const runDirOption = () =>
  setsAlso(new Option("--run-dir <dir>", "the folder of all runs"), "runsFolder")
    .argParser(nonEmpty)
    .default(DEFAULT_RUNS_FOLDER);
export const modelRangeOption = () =>
  new Option(
    "--model-range <low..high>",
    "the pixel values that the model takes, such as 0..1; those that it knows by default, otherwise 0..255",
  ).argParser((text): ValueRange => {
    if (rangeRule.accepts(text)) return text as ValueRange;
    throw new InvalidArgumentError(`Expected ${rangeRule.expected}.`);
  });
export const jsonOption = () =>
  new Option("--json", "print the result as JSON, as the last line of standard output");
export const quietOption = () => new Option("--quiet", "print only the result");
