import { resolve } from "node:path";
import { Argument, Command, Option } from "@commander-js/extra-typings";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { counted } from "@heddle/core/internal/base/format.js";
import type { GivenSettings, Settings } from "@heddle/core/internal/recipes/settings.js";
import { lastReport } from "@heddle/core/internal/sweep/study.js";
import { openRecipe } from "../../jobs/recipe-file.js";
import { objectiveOf } from "../../jobs/sweep/objective.js";
import { openQueue } from "../../jobs/sweep/open-queue.js";
import { openSweepFile } from "../../jobs/sweep/open-sweep.js";
import {
  bestSoFar,
  fewerTrials,
  objectiveText,
  ranked,
  stateCounts,
  valuesText,
} from "../../jobs/sweep/results.js";
import { DEFAULT_SWEEPS_FOLDER } from "../../jobs/sweep/sweep-folder.js";
import {
  resumeSweep,
  type SweepJobOptions,
  type SweepResult,
  startSweep,
} from "../../jobs/sweep/sweep-job.js";
import { formatCommand } from "../../runs/command-line.js";
import { loadOptions, withDataOptions } from "../data-options.js";
import {
  fastOption,
  jsonOption,
  nonEmpty,
  quietOption,
  runDirOption,
  threadsOption,
  wholeNumber,
} from "../options.js";
import { flagOf } from "../setting-flags.js";
import { grouped, settingOptions, typedSettings } from "../setting-options.js";
import type { Shell } from "../shell.js";
import { abortOnSignals } from "../signals.js";
import { sweepEvents } from "../sweep-events.js";
import { Terminal } from "../terminal.js";
import { budgetOption, recipeArgument } from "../training-command.js";
import { checkpointsOption, queueOption, sweepWorkCommand, workersOption } from "./sweep-work.js";

/** Settings that have no place in a sweep: its trials are trained from scratch, on images in memory. */
const WITHOUT: readonly (keyof Settings)[] = ["folds", "from", "frozenEpochs", "stream"];

/** `heddle sweep`: try settings and keep the best. */
export function sweepCommand(shell: Shell) {
  const command = withDataOptions(
    new Command("sweep")
      .description("try settings, stop the bad ones early, and train the best")
      .addArgument(new Argument("[file]", "the sweep: a JSON file of parameters").argParser(nonEmpty))
      .addArgument(recipeArgument())
      .addOption(grouped("Search", trialsOption()))
      .addOption(
        grouped("Search", budgetOption("as many trials as fit into 90s, 10m or 2h; the rest with --resume")),
      )
      .addOption(grouped("Search", seedsOption()))
      .addOption(grouped("Search", workersOption()))
      .addOption(grouped("Search", queueOption()))
      .addOption(grouped("Search", checkpointsOption("of a queue: a folder that all machines share")))
      .addOption(grouped("Search", new Option("--no-winner", "do not train the best trial again as a run")))
      .addOption(grouped("Search", resumeSweepOption())),
  );
  for (const option of settingOptions(WITHOUT)) command.addOption(option);
  return command
    .addOption(grouped("Training", threadsOption()))
    .addOption(grouped("Training", fastOption()))
    .addOption(grouped("Output", outOption()))
    .addOption(grouped("Output", runDirOption()))
    .addOption(grouped("Output", jsonOption()))
    .addOption(grouped("Output", quietOption()))
    .addHelpText(
      "after",
      `
Trials are chosen by images that are held out of the training images. The test
images are looked at once, for the best. docs/sweeps.md shows how a sweep is
written.

Examples:
  heddle sweep examples/sweep.json --budget 60s
  heddle sweep sweep.json --data photos --trials 100 --workers 2
  heddle sweep --resume sweeps/clothes --trials 200
  heddle sweep sweep.json --queue redis://queue.example
  heddle sweep work --queue redis://queue.example`,
    )
    .enablePositionalOptions()
    .addCommand(sweepWorkCommand(shell))
    .action(async (file, recipe, options) => {
      const terminal = new Terminal(shell, options);
      const { signal, release } = abortOnSignals(terminal);
      const opened: { folder?: string } = {};
      const { offline = false, trials, seeds, workers, threads, budget: seconds, winner, runDir } = options;
      const typed = typedSettings(options);
      const { onProgress, onReading, onWarning } = loadOptions({}, { signal, terminal });
      const queue = options.queue === undefined ? undefined : await openQueue(options.queue);
      const job: SweepJobOptions = {
        ...{ workers, threads, seconds, winner, signal, queue },
        checkpoints: options.checkpoints && resolve(options.checkpoints),
        runsFolder: runDir,
        load: { signal, onProgress, onReading, onWarning },
        events: sweepEvents(terminal, opened),
      };
      try {
        let result: SweepResult;
        if (options.resume !== undefined) {
          refuseOthers(options.resume, [file, recipe], { ...typed, seeds, out: options.out });
          result = await resumeSweep(options.resume, { ...job, trials });
        } else {
          const sweep = await openSweepFile(checkFile(file), trials);
          result = await startSweep(
            {
              opened: sweep,
              recipe: await openRecipe(recipe, runDir),
              typed,
              seeds,
              offline: offline === true,
              command: shell.commandLine,
              folder: options.out ?? `${DEFAULT_SWEEPS_FOLDER}/${sweep.sweep.name}`,
            },
            job,
          );
        }
        print(terminal, result);
      } catch (thrown) {
        throw stopped(thrown, opened.folder);
      } finally {
        terminal.clear();
        release();
        await queue?.close();
      }
    });
}

const trialsOption = () =>
  new Option("--trials <n>", "how many trials to begin, in place of what the file says").argParser(
    wholeNumber(1, 10_000_000),
  );

const seedsOption = () =>
  new Option("--seeds <n>", "train each trial with n seeds, and compare the means (default: 1)").argParser(
    wholeNumber(2, 100),
  );

const resumeSweepOption = () =>
  new Option(
    "--resume <folder>",
    "resume a sweep that was stopped or killed, or begin more trials of it",
  ).argParser(nonEmpty);

const outOption = () =>
  new Option("--out <folder>", "the sweep's folder, new or empty (default: sweeps/ and its name)").argParser(
    nonEmpty,
  );

function checkFile(file: string | undefined): string {
  if (file !== undefined) return file;
  throw new HeddleError({
    who: "heddle sweep",
    expected: "the file of a sweep, or --resume and the folder of one",
    received: "neither",
    next: "docs/sweeps.md shows how one is written.",
  });
}

/** What decides a sweep's results was fixed when it began. */
function refuseOthers(
  folder: string,
  [file, recipe]: readonly (string | undefined)[],
  {
    seeds,
    out,
    ...typed
  }: GivenSettings & { readonly seeds: number | undefined; readonly out: string | undefined },
): void {
  const [name] = Object.keys(typed) as (keyof Settings)[];
  const received =
    file ??
    recipe ??
    (name && flagOf(name)) ??
    (seeds === undefined ? undefined : "--seeds") ??
    (out && "--out");
  if (received === undefined) return;
  throw new HeddleError({
    who: "--resume",
    expected: "only a sweep, which resumes with its original settings",
    received: `${received} as well`,
    next: `Remove ${received}, or start a new sweep. ${folder} keeps what it tried.`,
  });
}

function print(terminal: Terminal, { sweep, study, folder, winners, outOfTime }: SweepResult): void {
  const objective = objectiveOf(sweep.goal);
  const [best] = ranked(study, sweep.goal);
  const winner = winners.at(-1);
  const soFar = best ? undefined : bestSoFar(study, sweep.goal);
  const rows: readonly (readonly [string, string])[] = [
    ["Trials", stateCounts(study) || "none"],
    ...(best
      ? ([
          [
            "Best",
            `trial ${best.trial.number}, held-out ${objective} ${objectiveText(objective, best.value)}`,
          ],
          ["Its values", valuesText(best.trial)],
          ["Its recipe", folder.bestPath],
        ] as const)
      : []),
    ...(soFar
      ? ([
          [
            "Best so far",
            `trial ${soFar.trial.number}, not complete: held-out ${objective} ${objectiveText(objective, soFar.value)} after ${counted(lastReport(soFar.trial)?.step ?? 0, "epoch")}`,
          ],
        ] as const)
      : []),
    ...(winner
      ? ([
          [
            "Test accuracy",
            `${objectiveText("accuracy", winner.testAccuracy)}, ${winners.length === 1 ? "looked at once" : `look ${winners.length}`}`,
          ],
          ["Its run", winner.run],
        ] as const)
      : []),
    ["Report", folder.reportPath],
  ];
  terminal.info();
  for (const [label, value] of rows) terminal.result(`${label.padEnd(14)} ${value}`);
  const fewer = fewerTrials(sweep, study);
  if (fewer) terminal.result(fewer);
  if (outOfTime) {
    terminal.result(
      `The time was over. To resume it: ${formatCommand(["heddle", "sweep", "--resume", folder.path])}`,
    );
  }
  terminal.json({
    folder: folder.path,
    trials: study.trials.length,
    finished: !outOfTime,
    best: best ? { trial: best.trial.number, objective: best.value, values: best.trial.values } : null,
    winner: winner ?? null,
    recipe: best ? folder.bestPath : null,
    reportPath: folder.reportPath,
  });
}

/** The error; of a sweep that was stopped, with how to resume it. */
function stopped(thrown: unknown, folder: string | undefined): unknown {
  if (!(thrown instanceof AbortedError) || folder === undefined) return thrown;
  const command = formatCommand(["heddle", "sweep", "--resume", folder]);
  return new AbortedError(
    `${thrown.message} What the trials gave so far is in ${folder}\n  to resume it: ${command}`,
    {
      cause: thrown,
    },
  );
}
