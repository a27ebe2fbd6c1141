import { Command, Option } from "@commander-js/extra-typings";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { writtenForms } from "@heddle/core/internal/data/dataset.js";
import { formOfTarget, loadSplits, writeData } from "../../datasets/index.js";
import { checkTarget } from "../../datasets/write-data.js";
import { loadOptions, withReadingOptions } from "../data-options.js";
import { setsAlso } from "../flag-words.js";
import { jsonOption, nonEmpty, offlineOption } from "../options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle convert SOURCE TARGET`: data from one form into another. */
export function convertCommand(shell: Shell) {
  return withReadingOptions(
    new Command("convert")
      .description("convert data of any form to IDX, CSV, npz or a folder of pictures")
      .argument(
        "<source>",
        "a folder, an archive, a CSV, npz or Parquet file, fashion-mnist or fashion-sketch",
        nonEmpty,
      )
      .argument("<target>", "a file that ends in .csv, .csv.gz or .npz, or a folder with --to", nonEmpty),
  )
    .addOption(
      setsAlso(
        new Option("--to <form>", "the target's form; by default, the ending decides").choices(writtenForms),
        "form",
      ),
    )
    .option("--force", "replace an existing target")
    .addOption(offlineOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
The splits of the source are kept. Where a form needs a test split and the
source has none, a sixth of each class is held out. The target is written
under a temporary name, and renamed when it is complete.

Examples:
  heddle convert fashion-mnist fashion.npz
  heddle convert fashion.npz fashion-csv --to csv
  heddle convert train.csv.gz mnist --to idx --missing zero
  heddle convert photos photos.npz --size 28x28
  heddle convert photos.npz photos-again --to images`,
    )
    .action(async (source, target, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, check, release } = abortOnSignals(terminal);
      try {
        const form = formOfTarget(target, options.to);
        const force = options.force ?? false;
        await checkTarget(target, force);
        const load = loadOptions(options, { signal, terminal });
        const { onWarning } = load;
        const data = await terminal.during("Reading the data", () => loadSplits(source, load));
        await check("Converting the data");
        const { train, test, classNames } = await terminal.during("Writing the data", () =>
          writeData(target, data, { form, force, onWarning, signal }),
        );
        const splits = [
          `${groupDigits(train.count)} training`,
          ...(test ? [`${groupDigits(test.count)} test`] : []),
        ];
        terminal.result(
          `${target}: ${splits.join(" and ")} images of ${train.shape.join(" × ")} in ${classNames.length} ${classNames.length === 1 ? "class" : "classes"}, as ${form}`,
        );
        terminal.json({
          target,
          form,
          shape: train.shape,
          classNames,
          train: { images: train.count },
          ...(test && { test: { images: test.count } }),
        });
      } finally {
        release();
      }
    });
}
