import { resolve } from "node:path";
import { Argument, Command, Option } from "@commander-js/extra-typings";
import { AbortedError, HeddleError } from "@heddle/core/internal/base/errors.js";
import { counted, formatDuration } from "@heddle/core/internal/base/format.js";
import type { GivenSettings, Settings } from "@heddle/core/internal/recipes/settings.js";
import { lastReport, type Study, type Trial } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { openRecipe } from "../../jobs/recipe-file.js";
import { objectiveOf } from "../../jobs/sweep/objective.js";
import { openQueue } from "../../jobs/sweep/open-queue.js";
import { bestSoFar, objectiveText, ranked, stateCounts, valuesText } from "../../jobs/sweep/results.js";
import { DEFAULT_SWEEPS_FOLDER } from "../../jobs/sweep/sweep-folder.js";
import {
  openSweepFile,
  resumeSweep,
  type SweepAbout,
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
import { Terminal } from "../terminal.js";
import { budgetOption, jobEvents, recipeArgument } from "../training-command.js";
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
  heddle sweep examples/sweep.json quick --data fashion-sketch --budget 60s
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
              seeds: seeds ?? 1,
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

function sweepEvents(terminal: Terminal, opened: { folder?: string }): SweepJobOptions["events"] {
  let about: SweepAbout | undefined;
  let started = 0;
  let done = 0;
  const running = new Map<number, string>();
  const live = (study?: Study) => {
    const parts = [...running].map(([number, at]) => `trial ${number} ${at}`);
    const { sweep } = about!;
    const left = study ? sweep.trials - done : 0;
    const eta =
      done > 0 && left > 0
        ? `  ETA ${formatDuration(((performance.now() - started) / 1000 / done) * left)}`
        : "";
    terminal.rewrite(`${done}/${sweep.trials} trials${eta}  ${parts.join("  ")}`);
  };
  return {
    onSweep: (now) => {
      about = now;
      opened.folder = now.folder;
      started = performance.now();
      const { sweep, title, workers, threads, begun, note, folder, queue } = now;
      const more = begun > 0 ? `, ${begun} of them begun already` : "";
      terminal.info(`Sweep ${sweep.name} on ${title}: ${counted(sweep.trials, "trial")}${more}`);
      if (queue) {
        terminal.info(`Trained by the workers of ${queue}, in ${folder}`);
        terminal.info(`To start one: ${formatCommand(["heddle", "sweep", "work", "--queue", queue])}`);
      } else
        terminal.info(
          `${workers === 1 ? "1 process" : `${workers} processes`} of ${counted(threads, "thread")} each, in ${folder}`,
        );
      if (note !== undefined) terminal.info(terminal.inFlags(note));
      terminal.info();
    },
    onBegin: (trial) => {
      running.set(trial.number, "begins");
      live();
    },
    onReport: (trial, epoch, value) => {
      running.set(trial.number, `epoch ${epoch} ${objectiveText(objectiveOf(about!.sweep.goal), value)}`);
      live();
    },
    onEnd: (trial, study) => {
      running.delete(trial.number);
      if (trial.state !== "paused" && trial.state !== "interrupted") done++;
      terminal.info(trialLine(about!.sweep, trial, study));
      live(study);
    },
    onWarning: (message) => terminal.warn(message),
    onNote: (message) => terminal.info(message),
    onWinner: (epochs) => {
      terminal.clear();
      terminal.info("\nThe best trial again, as a run, with its look at the test images");
      const events = jobEvents(terminal, epochs, {});
      return { ...events, onDescribed: () => {} };
    },
  };
}

/** `Trial 12  complete  epoch 9  91.34%  best 91.77% (trial 9)  learningRate 0.003`. */
function trialLine(sweep: Sweep, trial: Trial, study: Study): string {
  const objective = objectiveOf(sweep.goal);
  const last = lastReport(trial);
  const value = trial.state === "complete" ? trial.objectives?.[0] : last?.value;
  const [best] = ranked(study, sweep.goal);
  const parts = [
    `Trial ${trial.number}`.padEnd(9),
    trial.state.padEnd(11),
    `epoch ${last?.step ?? 0}`.padEnd(9),
    (value === undefined ? "–" : objectiveText(objective, value)).padEnd(7),
    best ? `best ${objectiveText(objective, best.value)} (trial ${best.trial.number})` : "",
    valuesText(trial),
  ];
  return parts.filter((part) => part !== "").join("  ");
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
