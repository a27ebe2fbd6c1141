import { Argument, type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { formatDuration, formatPercent, groupDigits, oneLine } from "@heddle/core/internal/base/format.js";
import { formatDescription } from "@heddle/core/internal/data/describe.js";
import { augmentationAdvice } from "@heddle/core/internal/recipes/augmentation-advice.js";
import { trainingOf } from "@heddle/core/internal/recipes/build-training.js";
import { withFittingFolds } from "@heddle/core/internal/recipes/folds.js";
import { limitNote } from "@heddle/core/internal/recipes/limit.js";
import { type ResolvedSettings, resolveSettings } from "@heddle/core/internal/recipes/resolve-settings.js";
import { withFittingLength } from "@heddle/core/internal/recipes/training-length.js";
import type { RunRecord } from "@heddle/core/internal/records/run-record.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { fitToBudget } from "@heddle/core/internal/tuning/fit-to-budget.js";
import type { LoadOptions } from "../datasets/index.js";
import { type OpenedBase, openBase, seenBefore } from "../jobs/base-model.js";
import type { JobEvents, JobResult } from "../jobs/job.js";
import { asImages, type Obtained, obtainStreamed } from "../jobs/obtain-dataset.js";
import { readAsForModelOf } from "../jobs/read-as.js";
import { checkRecipePath, type OpenedRecipe, writeRecipe } from "../jobs/recipe-file.js";
import { runJob } from "../jobs/train/run-job.js";
import { certaintyText, crossValidationText } from "../pages/evaluation-words.js";
import { formatCommand } from "../runs/command-line.js";
import { newerNodeHint } from "../system/newer-node.js";
import {
  type CheckpointOptions,
  checkpointEveryOption,
  checkpointRule,
  keepCheckpointsOption,
  resumeOption,
} from "./checkpoint-options.js";
import { loadOptions, withDataOptions } from "./data-options.js";
import { fastOption, jsonOption, nonEmpty, quietOption, runDirOption, threadsOption } from "./options.js";
import { foldLine, trainingHeadline, trainingLines } from "./progress.js";
import { refuseStreams } from "./refuse-streams.js";
import { grouped, settingOptions, typedSettings } from "./setting-options.js";
import type { Shell } from "./shell.js";
import { abortOnSignals } from "./signals.js";
import { cell } from "./table.js";
import { type Emphasis, Terminal } from "./terminal.js";

/** The options that `study` and `train` share, apart from the settings. */
export interface TrainingOptions extends CheckpointOptions {
  readonly offline?: true | undefined;
  readonly threads?: number | undefined;
  readonly runDir: string;
  readonly budget?: number | undefined;
  readonly saveRecipe?: string | undefined;
  readonly tensorboard?: true | undefined;
  readonly json?: true | undefined;
  readonly quiet?: true | undefined;
}

export const recipeArgument = () =>
  new Argument(
    "[recipe]",
    "a recipe (study, quick, augmented or a file), a model in Keras's JSON, or a run to repeat; study by default",
  ).argParser(nonEmpty);

/** Adds the options of a command that trains: data, every setting, and the run's output. */
export function withTrainingOptions<Arguments extends unknown[]>(command: Command<Arguments>) {
  const withData = withDataOptions(command);
  for (const option of settingOptions()) withData.addOption(option);
  withData.addOption(grouped("Data", streamOption()));
  return withData
    .addOption(grouped("Training", budgetOption()))
    .addOption(grouped("Training", threadsOption()))
    .addOption(grouped("Training", fastOption()))
    .addOption(grouped("Training", resumeOption()))
    .addOption(grouped("Training", checkpointEveryOption()))
    .addOption(grouped("Training", keepCheckpointsOption()))
    .addOption(grouped("Output", runDirOption()))
    .addOption(grouped("Output", saveRecipeOption()))
    .addOption(grouped("Output", tensorBoardOption()))
    .addOption(grouped("Output", jsonOption()))
    .addOption(grouped("Output", quietOption()));
}

const streamOption = () =>
  new Option(
    "--stream",
    "leave images on disk and read them as they are needed: for data larger than memory",
  );

/** @param help what is made to fit into the time */
export const budgetOption = (
  help = "as many epochs as fit into 90s, 10m or 1h, loading and evaluation included; at most --epochs",
) =>
  new Option("--budget <time>", help).argParser((text) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined) return seconds;
    throw new InvalidArgumentError("Expected a time such as 90s, 10m or 1h.");
  });

const tensorBoardOption = () =>
  new Option("--tensorboard", "also write event files for TensorBoard into the run's folder");

const saveRecipeOption = () =>
  new Option("--save-recipe <file>", "also save these settings as a recipe").argParser(nonEmpty);

/** Trains as the options say, and prints the progress and the result. */
export async function trainAndReport(
  shell: Shell,
  options: TrainingOptions,
  recipe: OpenedRecipe,
  obtain: (data: string | undefined, options: LoadOptions) => Promise<Obtained>,
): Promise<void> {
  const typed = typedSettings(options);
  const asked = resolveSettings(recipe.settings, typed);
  if (options.saveRecipe !== undefined) await checkRecipePath(options.saveRecipe);
  const terminal = new Terminal(shell, options);
  const { signal, release } = abortOnSignals(terminal);
  const command = shell.commandLine;
  const opened: { folder?: string } = {};
  const warn = (message: string) => terminal.warn(message);
  let base: OpenedBase | undefined;
  try {
    const { offline } = options;
    base = asked.from === undefined ? undefined : await openBase(asked.from, options.runDir, warn);
    const load = {
      ...loadOptions({ ...asked, offline }, { signal, terminal }),
      limit: asked.limit,
      readAs: base ? base.readAs : readAsForModelOf(asked, recipe.who),
    };
    terminal.working("Reading the data");
    const { dataset, standInFor } = asked.stream
      ? await obtainStreamed(asked.data, load)
      : asImages(await obtain(asked.data, load));
    terminal.clear();
    if (standInFor) announceStandIn(terminal, standInFor);
    const { who } = recipe;
    const { threads, budget } = options;
    for (const note of [limitNote(dataset.train, asked.limit), base && seenBefore(base, dataset)]) {
      if (note !== undefined) terminal.warn(note);
    }
    const chosen = { ...recipe.settings, ...typed };
    const sized = withFittingLength(asked, dataset, chosen);
    const judged =
      budget === undefined
        ? withFittingFolds(sized.settings, dataset, chosen)
        : { ...sized, note: undefined };
    // As it is found now: `latest` may be another run tomorrow.
    const settings = await withinBudget({ ...judged.settings, ...(base && { from: base.path }) });

    const training = trainingOf(settings, dataset, { threads, who, ...(base && { base }) });
    const notes = [
      budget === undefined ? sized.note : undefined,
      augmentationAdvice(training.model, training.train.count, chosen),
      judged.note,
    ];
    if (options.saveRecipe !== undefined) await writeRecipe(options.saveRecipe, settings);
    const result = await runJob({
      ...training,
      ...(standInFor && { standInFor }),
      from: base?.record,
      ...(options.tensorboard && { tensorBoard: true }),
      runsFolder: options.runDir,
      name: dataset.name,
      command,
      settings,
      signal,
      checkpoints: checkpointRule(options),
      events: jobEvents(terminal, settings.epochs, opened, notes),
    });
    printResult(terminal, { title: dataset.title, ...(standInFor && { standInFor }) }, result);
    terminal.json({ run: result.folder, reportPath: result.reportPath, metrics: result.metrics });

    async function withinBudget(given: ResolvedSettings): Promise<ResolvedSettings> {
      if (budget === undefined) return given;
      refuseStreams("--budget", asked.stream === true);
      terminal.working("Measuring how fast training is");
      const maximumEpochs = typed.epochs;
      const fitted = await fitToBudget(given, dataset, {
        seconds: budget,
        maximumEpochs,
        threads,
        who,
        signal,
        ...(base && { base }),
      });
      terminal.info(`Budget: ${terminal.inFlags(fitted.text)}\n`);
      return fitted.settings;
    }
  } catch (thrown) {
    throw stoppedError(thrown, opened.folder);
  } finally {
    base?.model.dispose();
    terminal.clear();
    release();
  }
}

/** Prints the progress of a job, with notes on how it trains, and keeps its folder in `opened`. */
export function jobEvents(
  terminal: Terminal,
  epochs: number,
  opened: { folder?: string },
  notes: readonly (string | undefined)[] = [],
): JobEvents {
  return {
    onFolder: (path) => {
      opened.folder = path;
    },
    onDescribed: (description) => terminal.info(`${terminal.inFlags(formatDescription(description))}\n`),
    onModel: (summary, engine) => {
      terminal.info(`${summary}\n`);
      for (const note of notes) if (note !== undefined) terminal.info(terminal.inFlags(note));
      terminal.info(trainingHeadline(epochs, engine));
      const hint = newerNodeHint();
      if (hint) terminal.info(hint);
    },
    onWarning: (message) => terminal.warn(cell(message)),
    onStage: (stage) => terminal.working(`${stage[0]!.toUpperCase()}${stage.slice(1)}`),
    training: trainingLines(terminal, epochs),
    onFold: (number, of) => foldLine(terminal, number, of),
    onFoldEnd: ({ number, of, seconds, trainImages, heldOutImages, accuracy }) =>
      terminal.info(
        [
          `Fold ${number}/${of}`,
          `${seconds.toFixed(1)}s`,
          `trained on ${groupDigits(trainImages)}`,
          `judged by ${groupDigits(heldOutImages)}`,
          `accuracy ${accuracy.toFixed(4)}`,
        ].join("  "),
      ),
  };
}

/** The error; of a run that was stopped, with how to resume it. */
export function stoppedError(thrown: unknown, folder: string | undefined): unknown {
  if (!(thrown instanceof AbortedError) || folder === undefined) return thrown;
  const lines = [
    `${thrown.message} The run so far is in ${folder}`,
    `  to resume it:                 ${formatCommand(["heddle", "train", "--resume", folder])}`,
    `  to evaluate its model so far: ${formatCommand(["heddle", "evaluate", folder])}`,
  ];
  return new AbortedError(lines.join("\n"), { cause: thrown });
}

function announceStandIn(terminal: Terminal, standIn: NonNullable<Obtained["standInFor"]>): void {
  terminal.warn(standIn.reason);
  terminal.result(
    `This run is NOT on ${standIn.title}: it trains on fashion-sketch, images drawn by code, so that you can see everything at work.`,
    "notice",
  );
  terminal.result("");
}

/** `15s: data 2s, training 10s, evaluation 2s, report 1s`. */
function timeText(stages: JobResult["timeSeconds"]): string {
  const total = Object.values(stages).reduce((sum, seconds) => sum + seconds, 0);
  const each = Object.entries(stages).map(([stage, seconds]) => `${stage} ${formatDuration(seconds)}`);
  return `${formatDuration(total)}: ${each.join(", ")}`;
}

/** Prints the result of a finished run. */
export function printResult(
  terminal: Terminal,
  { title, standInFor }: Pick<RunRecord["dataset"], "title" | "standInFor">,
  result: Pick<JobResult, "metrics" | "reportPath" | "timeSeconds">,
): void {
  const { metrics } = result;
  const gap = metrics.train.accuracy - metrics.test.accuracy;
  const { interval, chance } = metrics.test;
  const { crossValidation } = metrics;
  const rows: (readonly [label: string, value: string, emphasis?: Emphasis])[] = [
    ["Dataset", standInFor ? `${title}, NOT ${standInFor.title}` : title],
    ...(crossValidation ? [["Cross-validation", crossValidationText(crossValidation), "bold"] as const] : []),
    ["Test accuracy", formatPercent(metrics.test.accuracy), "bold"],
    ...(interval && chance ? [["Certainty", certaintyText({ interval }, chance)] as [string, string]] : []),
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
    ["Time", timeText(result.timeSeconds)],
    ["Weights SHA-256", metrics.weights.sha256],
    ["Report", result.reportPath],
  ];
  terminal.info();
  for (const [label, value, emphasis] of rows)
    terminal.result(`${label.padEnd(18)} ${oneLine(value)}`, emphasis);
}
