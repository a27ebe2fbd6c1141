import { Command, Option } from "@commander-js/extra-typings";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { type ExportFormat, formats } from "@heddle/interchange";
import { exportRun } from "../../jobs/export/export-run.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import { setsAlso } from "../flag-words.js";
import { jsonOption, modelArgument, nonEmpty, runDirOption, wholeNumber } from "../options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle export RUN --to FORMAT`: a model as files of another program. */
export function exportCommand(shell: Shell) {
  const written = formats.flatMap(({ name, alias, write }) =>
    write ? ([name, ...(alias ? [alias] : [])] as ExportFormat[]) : [],
  );
  return withDataOptions(
    new Command("export")
      .description("write a model for another program, as a page or as a module")
      .addArgument(modelArgument()),
  )
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
    .option("--wasm", "of mjs: computed by WebAssembly, many times as fast")
    .addOption(
      setsAlso(
        new Option("--shard-mb <n>", "of h5: several files of so many megabytes and their index").argParser(
          wholeNumber(1),
        ),
        "shardBytes",
      ),
    )
    .addOption(
      new Option(
        "--max-changed <n>",
        "count the test images whose answer 16 or 8 bits change, and refuse more than these",
      ).argParser(wholeNumber(0)),
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
  heddle export latest --to h5                    # weights, for load_weights
  heddle export latest --to tfjs --out boots      # boots/model.json
  heddle export latest --to html                  # a page that opens by itself
  heddle export latest --to mjs --weights int8    # a module without imports
  heddle export latest --to mjs --wasm            # the same, and fast
  heddle export latest --to html --weights int8 --max-changed 30`,
    )
    .action(async (source, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        terminal.working("Writing the model");
        const { files, changed } = await exportRun(source, {
          ...{
            root: options.runDir,
            format: options.to,
            out: options.out,
            weights: options.weights,
            wasm: options.wasm,
            shardBytes: options.shardMb === undefined ? undefined : options.shardMb * 1e6,
            maxChanged: options.maxChanged,
            data: options.data,
            load: loadOptions(options, { signal, terminal }),
            force: options.force ?? false,
          },
          onMeasuring: (images) => terminal.working(`Comparing ${groupDigits(images)} answers`),
          onWarning: (message) => terminal.warn(message),
        });
        terminal.clear();
        for (const file of files) terminal.result(file);
        if (changed) {
          terminal.result(
            `${groupDigits(changed.answers)} of ${groupDigits(changed.images)} answers change by rounding the weights.`,
          );
        }
        terminal.json({ format: options.to, files, ...(changed && { changed }) });
      } finally {
        terminal.clear();
        release();
      }
    });
}
