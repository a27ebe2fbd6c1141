import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { AbortedError } from "@heddle/core/internal/base/errors.js";
import { formatTable } from "@heddle/core/internal/base/format.js";
import type { FormOptions } from "@heddle/core/internal/data/dataset.js";
import { pickFormOptions } from "@heddle/core/internal/data/form-options.js";
import { imagesInMemory } from "@heddle/core/internal/data/images.js";
import { limitNote } from "@heddle/core/internal/recipes/limit.js";
import { studyRecipe } from "@heddle/core/internal/recipes/study-recipe.js";
import { parseDuration } from "@heddle/core/internal/tuning/budget.js";
import { obtainForStudy } from "../../jobs/obtain-dataset.js";
import {
  DEFAULT_EPOCHS,
  DEFAULT_RATE,
  DEFAULT_SEEDS,
  FEW_EPOCHS,
  FEW_EPOCHS_NOTE,
  LEAST_SEEDS,
} from "../../jobs/regularization/definition.js";
import { finishedJson } from "../../jobs/regularization/finished-json.js";
import { titleOf } from "../../jobs/regularization/regimes.js";
import type { RegularizationRequest } from "../../jobs/regularization/request.js";
import {
  type RegularizationResult,
  runRegularization,
} from "../../jobs/regularization/run-regularization.js";
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
import { settingFlags } from "../setting-flags.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { sweepEvents } from "../sweep-events.js";
import { Terminal } from "../terminal.js";
import { workersOption } from "./sweep-work.js";

const MOST_SEEDS = 100;

/** `heddle study regularization`: is the published claim about regularization true? */
export function studyRegularizationCommand(shell: Shell) {
  const command = new Command("regularization").description(
    "compare ways to regularize the study's CNN, and judge the published claim",
  );
  return withDataOptions(command)
    .addOption(
      new Option(
        "--budget <time>",
        "as many trials as fit into 90s, 20m or 2h; the rest with the same command",
      ).argParser(duration),
    )
    .addOption(
      new Option("--seeds <n>", "seeds of each trial")
        .argParser(wholeNumber(LEAST_SEEDS, MOST_SEEDS))
        .default(DEFAULT_SEEDS),
    )
    .addOption(
      new Option("--epochs <n>", "passes over the training images")
        .argParser(wholeNumber(1))
        .default(DEFAULT_EPOCHS),
    )
    .addOption(
      new Option("--batch-size <n>", "images per step")
        .argParser(wholeNumber(1, 65536))
        .default(studyRecipe.batchSize),
    )
    .addOption(
      new Option("--lr, --learning-rate <x>", "peak of the one-cycle schedule")
        .argParser(positiveNumber)
        .default(DEFAULT_RATE),
    )
    .addOption(
      new Option("--seed <n>", "the first of the seeds")
        .argParser(wholeNumber(0, Number.MAX_SAFE_INTEGER - MOST_SEEDS))
        .default(DEFAULT_SEED),
    )
    .addOption(workersOption())
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
are looked at once, at the end. The trials are those of a sweep, which trains
on every core.

If it is stopped or killed, the same command resumes it where it was. Its
folder is <run-dir>/regularization-<dataset>.

Examples:
  heddle study regularization
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
        const { seeds, epochs, limit, batchSize, learningRate, seed, fast = false } = options;
        const request = { seeds, epochs, limit, batchSize, learningRate, seed, fast };
        if (epochs < FEW_EPOCHS) terminal.info(`${FEW_EPOCHS_NOTE}.`);
        const { workers, threads, budget: seconds, offline = false } = options;
        const result = await runRegularization({
          ...{ dataset, request, runsFolder: options.runDir, places: placesOf(options) },
          data: {
            ...pickFormOptions(options),
            data: standInFor ? "fashion-sketch" : options.data,
            offline,
          },
          ...(standInFor && { standInFor }),
          command: commandOf(request),
          sweep: {
            ...{ workers, threads, seconds, signal, load: { signal } },
            events: sweepEvents(terminal, {}),
          },
          onStage: (stage) => terminal.working(`${stage[0]!.toUpperCase()}${stage.slice(1)}`),
        });
        if (result) {
          printResult(terminal, result);
          terminal.json({ ...finishedJson(result), finished: true });
        } else {
          terminal.result(`The time was over. To resume the study: ${shell.commandLine}`);
          terminal.json({ finished: false });
        }
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
const DEFAULTS: Partial<RegularizationRequest> = {
  ...{ seeds: DEFAULT_SEEDS, epochs: DEFAULT_EPOCHS, batchSize: studyRecipe.batchSize },
  ...{ learningRate: DEFAULT_RATE, seed: DEFAULT_SEED },
};

/** The command for a request, without options that change no result: folders, processes and threads. */
function commandOf(request: RegularizationRequest): string {
  const words = ["heddle", "study", "regularization"];
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
    if (value !== undefined && value !== DEFAULTS[name]) words.push(flags[name], String(value));
  }
  if (request.fast) words.push("--fast");
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

function printResult(terminal: Terminal, result: RegularizationResult): void {
  const { results, verdict, pooledVerdict, reportPath } = result;
  const percent = (value: number) => (100 * value).toFixed(2);
  const rows = results.map(({ regime, label, test, train, gap, difference }) => [
    titleOf(regime, label),
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
