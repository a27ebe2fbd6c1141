import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import {
  formatDuration,
  formatPercent,
  formatTable,
  groupDigits,
} from "@heddle/core/internal/base/format.js";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import { imagesInMemory } from "@heddle/core/internal/data/images.js";
import { limitNote } from "@heddle/core/internal/recipes/limit.js";
import { studyRecipe } from "@heddle/core/internal/recipes/study-recipe.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { obtainForStudy } from "../../jobs/obtain-dataset.js";
import { finishedJson } from "../../jobs/regularization/finished-json.js";
import { shareOf } from "../../jobs/regularization/pace.js";
import {
  DEFAULT_EPOCHS,
  DEFAULT_SEEDS,
  FEW_EPOCHS,
  FEW_EPOCHS_NOTE,
  LEAST_SEEDS,
  regimeSeconds,
} from "../../jobs/regularization/plan.js";
import type { RegularizationRecord, TrialRecord } from "../../jobs/regularization/records.js";
import { regimes, titleOf } from "../../jobs/regularization/regimes.js";
import { budgetText, type RegularizationRequest } from "../../jobs/regularization/request.js";
import type { Choice } from "../../jobs/regularization/results.js";
import {
  type RegularizationEvents,
  type RegularizationPosition,
  type RegularizationResult,
  runRegularization,
} from "../../jobs/regularization/run-regularization.js";
import type { Trial } from "../../jobs/regularization/trials.js";
import { points } from "../../jobs/regularization/verdict.js";
import { formatCommand } from "../../runs/command-line.js";
import { DEFAULT_RUNS_FOLDER } from "../../runs/run-folder.js";
import { loadOptions, readingWords, withDataOptions } from "../data-options.js";
import {
  DEFAULT_SEED,
  fastOption,
  jsonOption,
  positiveNumber,
  quietOption,
  runDirOption,
  threadsOption,
  wholeNumber,
} from "../options.js";
import { lineWithBar } from "../progress.js";
import { settingFlags } from "../setting-flags.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { Terminal } from "../terminal.js";

/** Keras's default rate for Adam: tuned for no regime. */
const LEARNING_RATE = 1e-3;

const MOST_SEEDS = 100;

/** `heddle study regularization`: is the published claim about regularization true? */
export function studyRegularizationCommand(shell: Shell) {
  const command = new Command("regularization").description(
    "compare ways to regularize the study's CNN, and judge the published claim",
  );
  return withDataOptions(command)
    .addOption(
      new Option("--budget <time>", "fit seeds and epochs to a time: 90s, 20m, 2h").argParser(duration),
    )
    .addOption(
      new Option("--seeds <n>", `seeds of each regime (default: ${DEFAULT_SEEDS})`).argParser(
        wholeNumber(LEAST_SEEDS, MOST_SEEDS),
      ),
    )
    .addOption(
      new Option("--epochs <n>", `passes over the training images (default: ${DEFAULT_EPOCHS})`).argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--batch-size <n>", "images per step")
        .argParser(wholeNumber(1, 65536))
        .default(studyRecipe.batchSize),
    )
    .addOption(
      new Option("--lr, --learning-rate <x>", "peak of the one-cycle schedule")
        .argParser(positiveNumber)
        .default(LEARNING_RATE),
    )
    .addOption(
      new Option("--seed <n>", "the first seed, which makes the choices; the ones after it are compared")
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER - MOST_SEEDS))
        .default(DEFAULT_SEED),
    )
    .addOption(threadsOption())
    .addOption(fastOption())
    .addOption(runDirOption())
    .addOption(new Option("--limit <n>", settingFlags.limit.help).argParser(wholeNumber(1)))
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText(
      "after",
      `
A sixth of the training images is held out for every choice; the test images
are looked at once, at the end. The plan, with the time that it is expected to
take, is printed before the first trial. Without --budget it is 3 seeds of 12
epochs: some hours on two cores.

If it is stopped or killed, the same command resumes it after the last finished
trial. Its folder is <run-dir>/regularization-<dataset>.

Examples:
  heddle study regularization --budget 20m
  heddle study regularization --seeds 5 --epochs 20 --fast
  heddle study regularization --data fashion-sketch --limit 600 --epochs 1`,
    )
    .action(async (options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      try {
        const obtained = await obtainForStudy(options.data, loadOptions(options, { signal, terminal }));
        terminal.clear();
        const { dataset, standInFor } = obtained;
        if (standInFor) terminal.warn(`${standInFor.reason} Using ${dataset.title} instead.`);
        const note = limitNote(imagesInMemory(dataset.train), options.limit);
        if (note !== undefined) terminal.warn(note);
        const request: RegularizationRequest = {
          ...{ budgetSeconds: options.budget, seeds: options.seeds, epochs: options.epochs },
          ...{ limit: options.limit, batchSize: options.batchSize, learningRate: options.learningRate },
          ...{ seed: options.seed, fast: options.fast ?? false },
        };
        const result = await runRegularization({
          ...{ dataset, request, signal, runsFolder: options.runDir, threads: options.threads },
          ...(standInFor && { standInFor }),
          places: placesOf(options),
          command: commandOf(request),
          events: printer(terminal),
        });
        printResult(terminal, result);
        terminal.json(finishedJson(result));
      } catch (thrown) {
        if (!(thrown instanceof AbortedError)) throw thrown;
        const again = shell.commandLine;
        throw new AbortedError(`${thrown.message}\n  to resume:  ${again}`, { cause: thrown });
      } finally {
        release();
      }
    });
}

/** Settings that the command names only if they differ from these defaults. */
const DEFAULTS = { batchSize: studyRecipe.batchSize, learningRate: LEARNING_RATE, seed: DEFAULT_SEED };

/** The command for a request, without options that change no result: folders and threads. */
function commandOf(request: RegularizationRequest): string {
  const { budgetSeconds, fast } = request;
  const words = ["heddle", "study", "regularization"];
  if (budgetSeconds !== undefined) words.push("--budget", budgetText(budgetSeconds));
  const flags = {
    seeds: "--seeds",
    epochs: "--epochs",
    limit: "--limit",
    batchSize: "--batch-size",
    learningRate: "--learning-rate",
    seed: "--seed",
  } as const;
  for (const name of Object.keys(flags) as (keyof typeof flags)[]) {
    const value = request[name];
    if (value !== undefined && value !== (DEFAULTS as Partial<RegularizationRequest>)[name])
      words.push(flags[name], String(value));
  }
  if (fast) words.push("--fast");
  return formatCommand(words);
}

/** The typed options that say where data and runs are, and how the data is read. */
function placesOf(
  options: FormOptions & { readonly data?: string | undefined; readonly runDir: string },
): string[] {
  const { data, runDir } = options;
  return [
    ...(data === undefined ? [] : ["--data", data]),
    ...readingWords(options),
    ...(runDir === DEFAULT_RUNS_FOLDER ? [] : ["--run-dir", runDir]),
  ];
}

/** An option's value as a time in seconds. */
function duration(text: string): number {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new InvalidArgumentError("Expected a time such as 90s, 20m or 2h.");
}

/** Prints the plan, a line for each trial, and a live one while it trains. */
function printer(terminal: Terminal): RegularizationEvents {
  return {
    onMeasuring: () => terminal.info("Measuring how fast each kind of network trains here …"),
    onPlan: (study, resumed) => printPlan(terminal, study, resumed),
    onProgress: (trial, at, progress) => {
      const { epoch, epochs, accuracy } = progress;
      const label = `${counter(at)} ${titleOf(trial.regime, trial.setting)}, seed ${trial.seed}`;
      terminal.rewrite(
        lineWithBar(terminal.columns, shareOf(progress), label, [
          `ETA ${formatDuration(at.secondsLeft)}`,
          `epoch ${epoch}/${epochs}`,
          `accuracy ${accuracy.toFixed(4)}`,
        ]),
      );
    },
    onTrial: (record, trial, at) => terminal.info(trialLine(record, trial, at)),
    onChoices: (choices) => printChoices(terminal, choices),
    onStage: (stage) => terminal.working(`${stage[0]!.toUpperCase()}${stage.slice(1)}`),
  };
}

function printPlan(terminal: Terminal, study: RegularizationRecord, resumed: boolean): void {
  const { plan, speeds, images } = study;
  const rows = regimes.map((regime) => [
    regime.title,
    regime.settings.map(({ label }) => label || "–").join(" | "),
    formatDuration(regimeSeconds({ regimes, speeds, images }, regime, plan)),
  ]);
  const head = resumed ? "Resuming the study" : "The study";
  terminal.info(
    `${head}: ${plan.seeds} seeds of ${plan.epochs} ${plan.epochs === 1 ? "epoch" : "epochs"}, ` +
      `choices by 1 seed of ${plan.choosingEpochs}; ${formatDuration(plan.expectedSeconds)} expected in all`,
  );
  if (plan.epochs < FEW_EPOCHS) terminal.info(`${FEW_EPOCHS_NOTE}.`);
  terminal.info(
    `Images: ${groupDigits(images.train)} to train on, ${groupDigits(images.validation)} held out for choices, ${groupDigits(images.test)} for the test at the end`,
  );
  terminal.info(`\n${formatTable([["Regime", "Settings tried", "Expected"], ...rows], [2])}\n`);
}

function trialLine(record: TrialRecord, { regime, setting }: Trial, at: RegularizationPosition): string {
  return [
    `${counter(at)} ${titleOf(regime, setting)}, seed ${record.seed}`,
    record.purpose === "choosing" ? "(choice)" : "",
    `held out ${formatPercent(record.validation.accuracy)}`,
    record.train ? `training ${formatPercent(record.train.accuracy)}` : "",
    formatDuration(record.seconds),
  ]
    .filter(Boolean)
    .join("  ");
}

function printChoices(terminal: Terminal, choices: readonly Choice[]): void {
  const made = choices.filter(({ candidates }) => candidates.length > 0);
  const words = made.map(({ regime, setting }) => titleOf(regime, setting));
  if (words.length > 0) terminal.info(`Chosen on the held-out images: ${words.join("; ")}`);
}

/** `[ 7/51]` */
function counter({ number, trials }: RegularizationPosition): string {
  return `[${String(number).padStart(String(trials).length)}/${trials}]`;
}

function printResult(terminal: Terminal, result: RegularizationResult): void {
  const { results, verdict, pooledVerdict, reportPath } = result;
  const percent = (value: number) => (100 * value).toFixed(2);
  const rows = results.map(({ regime, setting, test, train, gap, difference }) => [
    titleOf(regime, setting),
    `${percent(test.mean)} ± ${percent(test.deviation)}`,
    `${percent(train.mean)} ± ${percent(train.deviation)}`,
    percent(gap.mean),
    difference ? `${points(difference.mean)} (${points(difference.low)} to ${points(difference.high)})` : "–",
  ]);
  const head = ["Regime", "Test (%)", "Training (%)", "Gap", "Against pooling + dropout"];
  terminal.result(`\n${formatTable([head, ...rows], [1, 2, 3, 4])}\n`);
  terminal.result(verdict.sentence, "bold");
  terminal.result(`The same with max-pooling in every network: ${pooledVerdict.sentence}`);
  terminal.result(`Report ${reportPath}`);
}
