import type { CommandUnknownOpts, Option } from "@commander-js/extra-typings";
import { formatCommand } from "../runs/command-line.js";

/** Names that the library gives to what a flag sets, where they differ from the flag's own. */
const libraryNames = new WeakMap<Option, readonly string[]>();

/**
 * Records the names under which the library knows what a flag sets.
 *
 * @example
 * setsAlso(new Option("--data <path>"), "dataDir"); // `dataDir` is shown as --data
 */
export function setsAlso<Flag extends Option>(option: Flag, ...names: readonly string[]): Flag {
  libraryNames.set(option, names);
  return option;
}

/** The options that can be typed for a command: its own, and those of the commands above it. */
export function optionsOf(command: CommandUnknownOpts | null): readonly Option[] {
  return command === null ? [] : [...command.options, ...optionsOf(command.parent)];
}

/**
 * A text from below the command line, where options are named as code, with the flags that are typed for them. Code
 * that names none of `options` stays as it is.
 *
 * @example
 * inFlags('Set `missing: "drop"`, or correct `shape`.', options); // Set --missing drop, or correct --shape.
 * inFlags("Pass `fast: false`; see `model.summary()`.", options); // Pass no --fast; see `model.summary()`.
 */
export function inFlags(text: string, options: readonly Option[]): string {
  return text.replace(/`([a-z]\w*)(?:: ([^`]+))?`/gi, (code, name: string, value: string | undefined) => {
    const option = options.find((one) => namesOf(one).includes(name));
    return (option && flagFor(option, value)) ?? code;
  });
}

function namesOf(option: Option): readonly string[] {
  return [option.attributeName(), ...(libraryNames.get(option) ?? [])];
}

/** The flag with a value in JSON; undefined if no flag means the same. */
function flagFor(option: Option, json: string | undefined): string | undefined {
  const flag = option.long ?? option.short;
  if (flag === undefined || json === undefined) return flag;
  const value = parsed(json);
  if (option.negate) return value === false ? flag : undefined;
  if (option.isBoolean()) return value === true ? flag : value === false ? `no ${flag}` : undefined;
  if (value === true && option.optional) return flag;
  const word = wordOf(value);
  return word === undefined ? undefined : `${flag} ${formatCommand([word])}`;
}

/** A value as it is typed: numbers of a size or a shape are joined by `x`, names of columns by commas. */
function wordOf(value: unknown): string | undefined {
  if (typeof value === "string" || typeof value === "number") return String(value);
  const isList = Array.isArray(value) && value.length > 0;
  if (!isList) return undefined;
  if (value.every((item) => typeof item === "number")) return value.join("x");
  return value.every((item) => typeof item === "string") ? value.join(",") : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
