import { Command, Option } from "@commander-js/extra-typings";
import { counted, formatPercent, oneLine } from "@heddle/core/internal/base/format.js";
import { pickFormOptions } from "@heddle/core/internal/data/form-options.js";
import { type Prediction, type Predictions, predictInputs } from "../../jobs/predict/predict-inputs.js";
import {
  checkPredictionsPath,
  predictionsCsv,
  writePredictions,
} from "../../jobs/predict/predictions-csv.js";
import { withReadingOptions } from "../data-options.js";
import {
  allNonEmpty,
  fastOption,
  jsonOption,
  modelArgument,
  modelRangeOption,
  nonEmpty,
  runDirOption,
  threadsOption,
} from "../options.js";
import { readingLine } from "../progress.js";
import type { Shell } from "../shell.js";
import { stoppable } from "../signals.js";
import { cell, tableOrBlocks } from "../table.js";
import { Terminal } from "../terminal.js";

/** How many files that cannot be read are named. */
const NAMED = 10;

/** `heddle predict RUN PATH…`: what a model sees in pictures and tables. */
export function predictCommand(shell: Shell) {
  return withReadingOptions(
    new Command("predict")
      .description("say what a model sees in pictures, folders and tables")
      .addArgument(modelArgument())
      .argument("<path...>", "pictures, folders, archives, tables, arrays, or patterns", allNonEmpty),
  )
    .option("--as-is", "never exchange light and dark")
    .addOption(
      new Option("--invert", "exchange light and dark where a background is light").conflicts("asIs"),
    )
    .addOption(modelRangeOption())
    .addOption(new Option("--csv", "print the predictions as CSV").conflicts("json"))
    .addOption(new Option("--out <file>", "write the predictions to a CSV file").argParser(nonEmpty))
    .option("--force", "replace predictions that Heddle did not write")
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
Folders are searched for pictures, however deep; of data with a test split, the
test images are predicted. Pictures are converted to what the model takes. For
a model of grey images whose training images show light things on black, those
with a light background are inverted; not for a run on a folder of pictures,
nor for a model without a run. The accuracy is printed where folders or labels
are classes of the model. Files that cannot be read are named at the end.

Examples:
  heddle predict latest boot.jpg
  heddle predict latest photos/*.png --json
  heddle predict latest test.csv --out answers.csv`,
    )
    .action(async (run, paths, options) => {
      const terminal = new Terminal(shell, { json: options.json || options.csv });
      const { runDir: root, threads, fast, modelRange, out, force = false } = options;
      await stoppable(terminal, async ({ signal }) => {
        if (out !== undefined) await checkPredictionsPath(out, force);
        const result = await terminal.during("Predicting", () =>
          predictInputs(run, paths, {
            ...{ root, threads, fast, modelRange, signal },
            form: pickFormOptions(options),
            invert: options.asIs ? false : options.invert,
            onWarning: (message) => terminal.warn(message),
            onReading: readingLine(terminal),
          }),
        );
        const { predictions } = result;
        if (out !== undefined) await writePredictions(out, predictions, { force, signal });
        if (options.csv) shell.stdout.write(predictionsCsv(predictions));
        else if (out === undefined) terminal.result(tableOf(predictions, terminal.tableColumns));
        if (out !== undefined)
          terminal.result(`${oneLine(out)}: ${counted(predictions.length, "prediction")}`);
        summarize(terminal, result);
        if (options.json) terminal.json(result);
      });
    });
}

function tableOf(predictions: readonly Prediction[], columns: number): string {
  const notes = predictions.map(noteOf);
  const hasNotes = notes.some((note) => note !== "");
  const rows = predictions.map(({ image, row, top: [first, ...next] }, at) => [
    cell(row === undefined ? image : `${image}, row ${row}`),
    cell(first!.name),
    formatPercent(first!.probability),
    next.map(({ name, probability }) => `${cell(name)} ${formatPercent(probability)}`).join(", "),
    ...(hasNotes ? [notes[at]!] : []),
  ]);
  const head = ["Image", "Class", "Probability", "Next", ...(hasNotes ? ["Note"] : [])];
  return tableOrBlocks(head, rows, { right: [2], columns });
}

function noteOf({ inverted, empty }: Prediction): string {
  if (empty) return "empty: all its pixels are the same";
  return inverted ? "inverted: its background is light" : "";
}

function summarize(terminal: Terminal, { accuracy, unread, predictions }: Predictions): void {
  if (accuracy) {
    const { images, correct, value, interval } = accuracy;
    const { low, high } = interval;
    const of =
      images === predictions.length
        ? counted(images, "image")
        : `the ${counted(images, "image")} of known classes`;
    terminal.result(
      `Accuracy ${formatPercent(value)}, ${correct} of ${of}; 95% interval ${formatPercent(low)} – ${formatPercent(high)}`,
      "bold",
    );
  }
  for (const { path, reason } of unread.slice(0, NAMED)) {
    terminal.warn(reason.includes(path) ? reason : `${path}: ${reason}`);
  }
  if (unread.length > 1) {
    const more = unread.length > NAMED ? `, of which the first ${NAMED} are named` : "";
    terminal.warn(`${counted(unread.length, "path")} could not be read${more}.`);
  }
}
