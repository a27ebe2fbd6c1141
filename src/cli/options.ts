import { Argument, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { DEFAULT_RUNS_FOLDER } from "../runs/run-folder.js";

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
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("Expected a number above 0.");
}

/** An option's value as a number from 0 to 1. */
export function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= 1) return value;
  throw new InvalidArgumentError("Expected a number from 0 to 1.");
}

/** The seed that gives everyone the same result when nobody chooses another. */
export const DEFAULT_SEED = 42;

/** A path or a name: an empty one comes from a variable that the shell did not know. */
export function nonEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("Expected a path or a name.");
}

export const runArgument = () => new Argument("<run>", "a run folder, its id, or latest").argParser(nonEmpty);

export const dataOption = () =>
  new Option(
    "--data <dir|name>",
    "a folder with the dataset's files, or fashion-sketch; found or downloaded by default",
  ).argParser(nonEmpty);
export const offlineOption = () => new Option("--offline", "never touch the network");
export const threadsOption = () =>
  new Option("--threads <n>", "threads to compute on; every core by default").argParser(wholeNumber(1, 64));
export const fastOption = () => new Option("--fast", "fused multiply-add kernels: faster, other last bits");
export const runDirOption = () =>
  new Option("--run-dir <dir>", "the folder of all runs").argParser(nonEmpty).default(DEFAULT_RUNS_FOLDER);
export const jsonOption = () =>
  new Option("--json", "print the result as JSON, as the last line of standard output");
export const quietOption = () => new Option("--quiet", "print the result alone");
