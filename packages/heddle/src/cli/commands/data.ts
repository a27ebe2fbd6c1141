import { join } from "node:path";
import { Argument, Command, Option } from "@commander-js/extra-typings";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { groupDigits } from "@heddle/core/internal/base/format.js";
import { catalogue } from "@heddle/core/internal/data/catalogue.js";
import type { Dataset } from "@heddle/core/internal/data/dataset.js";
import {
  type DatasetDescription,
  describeDataset,
  formatDescription,
} from "@heddle/core/internal/data/describe.js";
import {
  type DataReport,
  type DataReportEvents,
  runDataReport,
} from "../../jobs/data-report/run-data-report.js";
import { obtainDataset } from "../../jobs/obtain-dataset.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import { DEFAULT_SEED, jsonOption, nonEmpty, threadsOption, wholeNumber } from "../options.js";
import { workLine } from "../progress.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** The default folder of all reports, below the working folder. */
const REPORTS_FOLDER = "data-reports";

/** `heddle data`: obtain, verify and describe a dataset; with `--report`, look at it closely. */
export function dataCommand(shell: Shell) {
  return withDataOptions(
    new Command("data")
      .description("obtain, verify and describe a dataset")
      .addArgument(
        new Argument(
          "[name]",
          "fashion-mnist, fashion-sketch, or a folder, an archive, or a CSV, npz or Parquet file",
        )
          .argParser(nonEmpty)
          .default("fashion-mnist"),
      ),
  )
    .addOption(
      new Option(
        "--report [dir]",
        `write a page with figures, near duplicates and suspected label errors; in ${REPORTS_FOLDER}/NAME by default`,
      ).argParser(nonEmpty),
    )
    .addOption(new Option("--no-label-errors", "train no models for the report: no suspected label errors"))
    .addOption(
      new Option(
        "--epochs <n>",
        "epochs of the models that the report trains; by default, the size of the data decides",
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option("--seed <n>", "decides which images are shown, and how the models begin")
        .argParser(wholeNumber(0))
        .default(DEFAULT_SEED),
    )
    .addOption(threadsOption())
    .addOption(jsonOption())
    .addHelpText(
      "after",
      `
A dataset is looked for in --data, in the folder that HEDDLE_DATA names, and in
the user's cache; otherwise it is downloaded into the cache, and its checksums
are verified.

Examples:
  heddle data
  heddle data fashion-sketch
  heddle data --data ~/datasets/mnist --json
  heddle data fashion-mnist_train.csv.gz --missing zero
  heddle data photos --size 32x32
  heddle data fashion-mnist --report
  heddle data fashion-sketch --report looks --no-label-errors`,
    )
    .action(async (name, options) => {
      const terminal = new Terminal(shell, options);
      checkReportOptions(options);
      const { signal, check, release } = abortOnSignals(terminal);
      try {
        const load = loadOptions(options, { signal, terminal });
        const { dataset, foundBy, dropped } = await terminal.during("Reading the data", () =>
          obtainDataset(name, options.data, load),
        );
        await check("Describing the data");
        const description = await terminal.during("Describing the data", async () =>
          describeDataset(dataset),
        );
        await check("Describing the data");
        if (!options.json || options.report !== undefined) {
          terminal.result(terminal.inFlags(formatDescription(description)));
          if (dataset.source.path) terminal.result(`\nFound by: ${foundBy}`);
        }
        if (options.report === undefined) {
          terminal.json({ ...description, foundBy, dropped });
          return;
        }
        const report = await reportOn(dataset, description, { shell, terminal, signal, options });
        printReport(terminal, report);
        const { dataset: _, ...findings } = report.findings;
        terminal.json({ ...description, foundBy, dropped, reportPath: report.reportPath, findings });
      } finally {
        release();
      }
    });
}

interface ReportOptions {
  readonly report?: string | true | undefined;
  readonly labelErrors: boolean;
  readonly epochs?: number | undefined;
  readonly seed: number;
  readonly threads?: number | undefined;
}

/** Every option must have an effect, and the one that was meant. */
function checkReportOptions({ report, labelErrors, epochs }: ReportOptions): void {
  const names = [...catalogue.map(({ name }) => name), "fashion-sketch"];
  if (typeof report === "string" && names.includes(report)) {
    throw new HeddleError({
      who: "Option --report",
      expected: "a folder for the report, or nothing after it",
      received: `"${report}", the name of a dataset`,
      next: `Write the name first: heddle data ${report} --report.`,
    });
  }
  const idle = report === undefined && (epochs !== undefined || !labelErrors);
  if (!idle && (labelErrors || epochs === undefined)) return;
  throw new HeddleError({
    who: epochs === undefined ? "Option --no-label-errors" : "Option --epochs",
    expected: idle ? "--report as well" : "a report that trains models",
    received: idle ? "none" : "--no-label-errors",
    next: idle ? "Add --report, or remove the option." : "Remove one of the two.",
  });
}

function reportOn(
  dataset: Dataset,
  description: DatasetDescription,
  {
    shell,
    terminal,
    signal,
    options,
  }: {
    readonly shell: Shell;
    readonly terminal: Terminal;
    readonly signal: AbortSignal;
    readonly options: ReportOptions;
  },
): Promise<DataReport> {
  const { report, labelErrors, epochs, seed, threads } = options;
  terminal.result("");
  return runDataReport({
    dataset,
    description,
    folder: typeof report === "string" ? report : join(REPORTS_FOLDER, dataset.name),
    command: shell.commandLine,
    seed,
    labelErrors,
    epochs,
    threads,
    signal,
    events: reportLines(terminal, dataset),
  });
}

function reportLines(terminal: Terminal, { train, test }: Dataset): DataReportEvents {
  const comparing = workLine(terminal, "Comparing");
  const training = workLine(terminal, "Training");
  return {
    onSearch: () => {
      terminal.info(`Searching ${groupDigits(train.count + test.count)} images for near duplicates`);
    },
    onNearDuplicates: (share) => comparing(share, 1),
    onFold: ({ fold, folds, epochs }) => {
      if (fold > 1) return;
      const passes = `${epochs} ${epochs === 1 ? "epoch" : "epochs"}`;
      terminal.info(
        `Training ${folds} models for ${passes} each, every one without a different part of the images`,
      );
    },
    onTraining: (fold, folds, { epoch, epochs, step, steps }) => {
      const done = fold - 1 + (epoch - 1 + step / steps) / epochs;
      training(done, folds, `model ${fold}/${folds}`, `epoch ${epoch}/${epochs}`);
    },
    onDrawing: () => terminal.working("Drawing the figures"),
  };
}

function printReport(terminal: Terminal, { findings, reportPath }: DataReport): void {
  const { nearDuplicates, labelErrors, leftOut } = findings;
  const { withinTrain, withinTest, betweenSplits, truncated } = nearDuplicates;
  const pairs = ({ pairs, otherLabel }: typeof withinTrain) =>
    `${groupDigits(pairs)} ${pairs === 1 ? "pair" : "pairs"}, ${groupDigits(otherLabel)} with different labels`;
  const rows: [string, string][] = [
    ["within training", pairs(withinTrain)],
    ["within test", pairs(withinTest)],
    ["test and training", pairs(betweenSplits)],
  ];
  terminal.result(`Near duplicates${truncated ? ", incomplete: the search ended early" : ""}`);
  for (const [label, value] of rows) terminal.result(`  ${label}: ${value}`);
  if (labelErrors !== null) {
    terminal.result("\nSuspected label errors, for you to check");
    for (const [name, { suspects, images, accuracy }] of [
      ["training", labelErrors.train],
      ["test", labelErrors.test],
    ] as const) {
      terminal.result(
        `  ${name}: ${groupDigits(suspects.length)} of ${groupDigits(images)} images; models that did not see them agree with ${(accuracy * 100).toFixed(2)}% of the labels`,
      );
    }
  }
  if (leftOut.length > 0) terminal.result("");
  for (const { what, why } of leftOut) terminal.result(`Omitted: ${what}: ${why}.`);
  terminal.result(`\nReport: ${reportPath}`);
}
