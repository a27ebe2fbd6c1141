import { Command } from "@commander-js/extra-typings";
import { formatPercent, groupDigits } from "../../base/format.js";
import { changedFiles, datasetOfRun, openRun } from "../../study/open-run.js";
import {
  dataOption,
  fastOption,
  jsonOption,
  offlineOption,
  runArgument,
  runDirOption,
  threadsOption,
} from "../options.js";
import { downloadLine } from "../progress.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** `heddle evaluate RUN`: loss and accuracy of a run's model. */
export function evaluateCommand() {
  return new Command("evaluate")
    .description("measure a run's model on the test images")
    .addArgument(runArgument())
    .addOption(dataOption())
    .addOption(offlineOption())
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Examples:
  heddle evaluate latest
  heddle evaluate runs/2026-03-04-153012-fashion-mnist --json
  heddle evaluate latest --data ~/datasets/other`,
    )
    .action(async (run, options) => {
      const terminal = new Terminal(options);
      const { signal, release } = abortOnSignals(terminal);
      const { folder, record, model } = await openRun(run, options.runDir, options);
      try {
        const dataset = await datasetOfRun(record, options.data, {
          offline: options.offline,
          signal,
          onProgress: downloadLine(terminal),
          onWarning: (message) => terminal.warn(message),
        });
        if (options.data === undefined) {
          for (const file of changedFiles(record, dataset)) {
            terminal.warn(`${file} is not the one that the run was trained with.`);
          }
        }
        const { accuracy, loss } = await model.evaluate(dataset.test, { signal });
        terminal.result(`${dataset.title}, ${groupDigits(dataset.test.count)} test images`);
        terminal.result(`accuracy ${formatPercent(accuracy)}  loss ${loss.toFixed(4)}`);
        const { name } = dataset;
        terminal.json({
          run: folder.path,
          dataset: { name },
          test: { accuracy, loss, images: dataset.test.count },
        });
      } finally {
        model.dispose();
        release();
      }
    });
}
