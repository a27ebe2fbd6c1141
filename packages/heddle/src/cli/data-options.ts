import type { Command, OptionValues } from "@commander-js/extra-typings";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import type { LoadOptions } from "../datasets/index.js";
import { dataOption, missingOption, offlineOption, shapeOption, sizeOption } from "./options.js";
import { downloadLine } from "./progress.js";
import { grouped } from "./setting-options.js";
import type { Terminal } from "./terminal.js";

/** Adds the options that say where a command's data is, and how it is read. */
export function withDataOptions<Arguments extends unknown[], Options extends OptionValues>(
  command: Command<Arguments, Options>,
) {
  return command
    .addOption(grouped("Data", dataOption()))
    .addOption(grouped("Data", missingOption()))
    .addOption(grouped("Data", sizeOption()))
    .addOption(grouped("Data", shapeOption()))
    .addOption(grouped("Data", offlineOption()));
}

/** How data is read, with downloads and warnings shown on the terminal. */
export function loadOptions(
  options: FormOptions & { readonly offline?: boolean | undefined },
  { signal, terminal }: { readonly signal: AbortSignal; readonly terminal: Terminal },
): LoadOptions {
  const { offline, missing, size, shape } = options;
  return {
    offline,
    missing,
    size,
    shape,
    signal,
    onProgress: downloadLine(terminal),
    onWarning: (message: string) => terminal.warn(message),
  };
}
