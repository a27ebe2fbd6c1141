import { Command, Option } from "@commander-js/extra-typings";
import { formats } from "@heddle/interchange";
import { exportRun } from "../../jobs/export/export-run.js";
import { setsAlso } from "../flag-words.js";
import { jsonOption, modelArgument, nonEmpty, runDirOption } from "../options.js";
import type { Shell } from "../shell.js";
import { Terminal } from "../terminal.js";

/** `heddle export RUN --to FORMAT`: a model as files of another program. */
export function exportCommand(shell: Shell) {
  const written = formats.flatMap(({ name, write }) => (write ? [name] : []));
  return new Command("export")
    .description("write a model for another program, as a page or as a module")
    .addArgument(modelArgument())
    .addOption(
      setsAlso(new Option("--to <format>", "the format").choices(written).default("keras"), "format"),
    )
    .addOption(
      new Option(
        "--out <file>",
        "the file, of tfjs the folder; by default named after the run, in this folder",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--weights <precision>",
        "of mjs and html: 32 bits, 16 bits by default, or 8 bits; of safetensors: 32 bits by default, or 16",
      ).choices(["f32", "f16", "int8"] as const),
    )
    .option("--force", "replace existing files")
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A run is exported with the optimizer, the schedule and the loss that it was
trained with, as far as the other program has them.

Examples:
  heddle export latest --to keras
  heddle export runs/first --to keras --out boots.keras
  heddle export latest --to tfjs --out boots      # boots/model.json and its weights
  heddle export latest --to html                  # a page that opens by itself
  heddle export latest --to mjs --weights int8    # a module without imports`,
    )
    .action(async (source, options) => {
      const terminal = new Terminal(shell, options);
      const files = await exportRun(source, {
        ...{
          root: options.runDir,
          format: options.to,
          out: options.out,
          weights: options.weights,
          force: options.force ?? false,
        },
        onWarning: (message) => terminal.warn(message),
      });
      for (const file of files) terminal.result(file);
      terminal.json({ format: options.to, files });
    });
}
