import { type Command, Option, type OptionValues } from "@commander-js/extra-typings";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import { formOptionNames, pickFormOptions } from "@heddle/core/internal/data/form-options.js";
import type { LoadOptions } from "../datasets/index.js";
import { dataOption, offlineOption } from "./options.js";
import { downloadLine, readingLine } from "./progress.js";
import { flagOf } from "./setting-flags.js";
import { grouped, optionOf } from "./setting-options.js";
import type { Terminal } from "./terminal.js";

/** Adds the options that say where a command's data is, and how it is read. */
export function withDataOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
) {
  return withReadingOptions(command.addOption(grouped("Data", dataOption()))).addOption(
    grouped("Data", offlineOption()),
  );
}

/** Adds the options that say how data is read. */
export function withReadingOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
) {
  for (const name of formOptionNames) command.addOption(grouped("Data", optionOf(name)));
  command.addOption(grouped("Data", new Option("--no-transpose").hideHelp()));
  return command as Command<Arguments, Options & FormOptions>;
}

/** The typed options that say how data is read, as words of a command line. */
export function readingWords(options: FormOptions): string[] {
  const values = pickFormOptions(options);
  return formOptionNames.flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    if (typeof value === "boolean") return [value ? flagOf(name) : flagOf(name).replace("--", "--no-")];
    return [
      flagOf(name),
      Array.isArray(value) ? value.join(name === "dropColumns" ? "," : "x") : String(value),
    ];
  });
}

/** How data is read, with downloads and warnings shown on the terminal. */
export function loadOptions(
  options: FormOptions & { readonly offline?: boolean | undefined },
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): LoadOptions {
  return {
    ...pickFormOptions(options),
    offline: options.offline,
    signal,
    onProgress: downloadLine(terminal),
    onReading: readingLine(terminal),
    onWarning: (message: string) => terminal.warn(message),
  };
}
