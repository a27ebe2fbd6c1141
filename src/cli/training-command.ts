import { Option } from "@commander-js/extra-typings";
import { AbortedError } from "../base/errors.js";
import { formatDuration, formatPercent, groupDigits } from "../base/format.js";
import { formatDescription } from "../data/describe.js";
import type { Model } from "../model/model.js";
import { formatCommand } from "../runs/command-line.js";
import type { JobResult } from "../study/job.js";
import type { Obtained } from "../study/obtain-dataset.js";
import { type Recipe, studyLoss, studyOptimizer, studyRecipe } from "../study/recipe.js";
import { runJob } from "../study/run-job.js";
import { DEFAULT_SEED, fraction, positiveNumber, wholeNumber } from "./options.js";
import { downloadLine, trainingHeadline, trainingLines } from "./progress.js";
import { abortOnSignals } from "./signals.js";
import { Terminal } from "./terminal.js";

/** What `study` and `train` have in common. */
export interface TrainingOptions {
  readonly data?: string | undefined;
  readonly offline?: true | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly labelSmoothing: number;
  readonly seed: number;
  readonly threads?: number | undefined;
  readonly fast?: true | undefined;
  readonly runDir: string;
  readonly limit?: number | undefined;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
}

export const recipeOptions = {
  epochs: () =>
    new Option("--epochs <n>", "passes over the training images")
      .argParser(wholeNumber(1))
      .default(studyRecipe.epochs),
  batchSize: () =>
    new Option("--batch-size <n>", "images of a step")
      .argParser(wholeNumber(1, 65536))
      .default(studyRecipe.batchSize),
  learningRate: () =>
    new Option("--learning-rate <x>", "peak of the one-cycle schedule")
      .argParser(positiveNumber)
      .default(studyRecipe.learningRate),
  labelSmoothing: () =>
    new Option("--label-smoothing <x>", "share of each target spread over all classes, 0 to 1")
      .argParser(fraction)
      .default(studyRecipe.labelSmoothing),
  seed: () =>
    new Option("--seed <n>", "decides weights, order and dropout")
      .argParser(wholeNumber(0))
      .default(DEFAULT_SEED),
  limit: () => new Option("--limit <n>", "use the first n training images").argParser(wholeNumber(1)),
} as const;

/** Trains as the options say, prints what happens, and ends with the result. */
export async function trainAndReport(
  options: TrainingOptions,
  work: {
    readonly name: (obtained: Obtained) => string;
    readonly obtain: (context: { signal: AbortSignal; terminal: Terminal }) => Promise<Obtained>;
    readonly model: (obtained: Obtained) => Promise<Model> | Model;
  },
): Promise<void> {
  const terminal = new Terminal(options);
  const { signal, release } = abortOnSignals(terminal);
  const command = formatCommand(["heddle", ...process.argv.slice(2)]);
  let folder: string | undefined;
  try {
    const obtained = await work.obtain({ signal, terminal });
    terminal.clear();
    if (obtained.standInFor) announceStandIn(terminal, obtained.standInFor);
    const recipe: Recipe = options;
    const result = await runJob({
      dataset: obtained.dataset,
      ...(obtained.standInFor && { standInFor: obtained.standInFor }),
      model: await work.model(obtained),
      optimizer: studyOptimizer(recipe),
      loss: studyLoss(recipe),
      epochs: options.epochs,
      batchSize: options.batchSize,
      threads: options.threads,
      fast: options.fast ?? false,
      limit: options.limit,
      runsFolder: options.runDir,
      name: work.name(obtained),
      command,
      signal,
      events: {
        onFolder: (path) => {
          folder = path;
        },
        onDescribed: (description) => terminal.info(`${formatDescription(description)}\n`),
        onModel: (summary, engine) => {
          terminal.info(`${summary}\n`);
          terminal.info(trainingHeadline(options.epochs, engine));
        },
        onStage: (stage) => terminal.rewrite(`${stage[0]!.toUpperCase()}${stage.slice(1)} …`),
        training: trainingLines(terminal, options.epochs),
      },
    });
    printResult(terminal, obtained, result);
    terminal.json({ run: result.folder, reportPath: result.reportPath, metrics: result.metrics });
  } catch (thrown) {
    if (!(thrown instanceof AbortedError) || folder === undefined) throw thrown;
    const lines = [
      `${thrown.message} What there is of the run is kept in ${folder}`,
      `  to measure the model as it is:  ${formatCommand(["heddle", "evaluate", folder])}`,
      `  to train from the start again:  ${command}`,
    ];
    throw new AbortedError(lines.join("\n"), { cause: thrown });
  } finally {
    release();
  }
}

/** How `obtain` reports a download and what it finds on the way. */
export function loadOptions(
  options: Pick<TrainingOptions, "offline">,
  context: { signal: AbortSignal; terminal: Terminal },
) {
  const { signal, terminal } = context;
  return {
    offline: options.offline,
    signal,
    onProgress: downloadLine(terminal),
    onWarning: (message: string) => terminal.warn(message),
  };
}

function announceStandIn(terminal: Terminal, standIn: NonNullable<Obtained["standInFor"]>): void {
  const { bold, yellow } = terminal.colors;
  terminal.warn(standIn.reason);
  terminal.result(
    bold(
      yellow(
        `This run is NOT on ${standIn.title}: it trains on fashion-sketch, images drawn by code, so that you can see everything at work.`,
      ),
    ),
  );
  terminal.result("");
}

function printResult(terminal: Terminal, obtained: Obtained, result: JobResult): void {
  const { metrics } = result;
  const { dataset, standInFor } = obtained;
  const gap = metrics.train.accuracy - metrics.test.accuracy;
  const rows: [string, string][] = [
    ["Dataset", standInFor ? `${dataset.title}, NOT ${standInFor.title}` : dataset.title],
    ["Test accuracy", terminal.colors.bold(formatPercent(metrics.test.accuracy))],
    [
      "Training accuracy",
      `${formatPercent(metrics.train.accuracy)} evaluated, ${formatPercent(metrics.train.runningAccuracy)} while training`,
    ],
    ["Gap", `${(gap * 100).toFixed(2)} points`],
    [
      "Speed",
      `${groupDigits(Math.round(metrics.throughput.trainImagesPerSecond))} images/s training, ` +
        `${groupDigits(Math.round(metrics.throughput.predictImagesPerSecond))} images/s prediction`,
    ],
    ["Time", formatDuration(metrics.timeSeconds.total)],
    ["Weights SHA-256", metrics.weights.sha256],
    ["Report", result.reportPath],
  ];
  terminal.info();
  for (const [label, value] of rows) terminal.result(`${label.padEnd(18)} ${value}`);
}
