import { Argument, Command } from "@commander-js/extra-typings";
import { describeDataset, formatDescription } from "../../data/describe.js";
import { obtainDataset } from "../../study/obtain-dataset.js";
import { dataOption, jsonOption, nonEmpty, offlineOption } from "../options.js";
import { downloadLine } from "../progress.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle data`: obtain, verify and describe a dataset. */
export function dataCommand() {
  return new Command("data")
    .description("obtain, verify and describe a dataset")
    .addArgument(
      new Argument("[name]", "fashion-mnist, fashion-sketch, or a folder")
        .argParser(nonEmpty)
        .default("fashion-mnist"),
    )
    .addOption(dataOption())
    .addOption(offlineOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A dataset is looked for in --data, in the folder that HEDDLE_DATA names, and in
the user's cache; else it is downloaded into the cache, and its checksums are
verified.

Examples:
  heddle data
  heddle data fashion-sketch
  heddle data --data ~/datasets/mnist --json`,
    )
    .action(async (name, options) => {
      const terminal = new Terminal(options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        const { dataset, foundBy } = await obtainDataset(name, options.data, {
          offline: options.offline,
          signal,
          onProgress: downloadLine(terminal),
          onWarning: (message) => terminal.warn(message),
        });
        const description = describeDataset(dataset);
        if (!options.json) {
          terminal.result(formatDescription(description));
          if (dataset.source.path) terminal.result(`\nFound by: ${foundBy}`);
        }
        terminal.json({ ...description, foundBy });
      } finally {
        release();
      }
    });
}
