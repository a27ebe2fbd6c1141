import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { TrainingState } from "@heddle/core/internal/callbacks/callback.js";
import { settingNames } from "@heddle/core/internal/recipes/settings.js";
import { resumeRun } from "../jobs/resume/resume-run.js";
import { checkpointRule } from "./checkpoint-options.js";
import { loadOptions } from "./data-options.js";
import { flagOf } from "./setting-flags.js";
import { typedSettings } from "./setting-options.js";
import type { Shell } from "./shell.js";
import { abortOnSignals } from "./signals.js";
import { Terminal } from "./terminal.js";
import { jobEvents, printResult, stoppedError, type TrainingOptions } from "./training-command.js";

/** Goes on with a run, prints what happens, and ends with the result. */
export async function resumeAndReport(
  shell: Shell,
  run: string,
  options: TrainingOptions,
  recipe: string | undefined,
): Promise<void> {
  refuseOthers(run, options, recipe);
  const { data, ...rest } = { data: undefined, ...typedSettings(options) };
  refuseSettings(run, rest);
  const terminal = new Terminal(shell, options);
  const { signal, release } = abortOnSignals(terminal);
  const opened: { folder?: string } = {};
  try {
    const { offline, threads } = options;
    const resumed = await resumeRun(run, options.runDir, {
      ...{ data, threads, signal, checkpoints: checkpointRule(options) },
      ...(options.tensorboard && { tensorBoard: true }),
      load: loadOptions({ offline }, { signal, terminal }),
      onWarning: (message) => terminal.warn(message),
      events: (epochs) => ({
        ...jobEvents(terminal, epochs, opened),
        onDescribed: () => {},
        onResumed: (state) => terminal.info(`${opened.folder ?? run}: ${placeOf(state, epochs)}\n`),
      }),
    });
    const { folder, reportPath, record, metrics, wasFinished } = resumed;
    if (wasFinished) terminal.result(`Run ${folder} is finished: there is nothing to go on with.`);
    else printResult(terminal, record.dataset, resumed);
    terminal.json({ run: folder, reportPath, metrics });
  } catch (thrown) {
    throw stoppedError(thrown, opened.folder);
  } finally {
    release();
  }
}

/** `going on in epoch 3 of 16, behind step 120`. */
function placeOf(state: TrainingState | undefined, epochs: number): string {
  if (!state) return "no checkpoint yet, so it begins at the start";
  const { epoch, underWay, stopped } = state;
  if (stopped || epoch >= epochs) return "training is over; going on with its evaluation";
  const behind = underWay ? `, behind step ${underWay.steps}` : "";
  return `going on in epoch ${epoch + 1} of ${epochs}${behind}`;
}

/** What decides a run's bits was decided when it began. */
function refuseSettings(run: string, given: object): void {
  const name = settingNames.find((setting) => setting in given);
  if (name !== undefined) throw refused(run, flagOf(name));
}

function refuseOthers(
  run: string,
  { budget, saveRecipe }: TrainingOptions,
  recipe: string | undefined,
): void {
  if (recipe !== undefined) throw refused(run, recipe);
  if (budget !== undefined) throw refused(run, "--budget");
  if (saveRecipe !== undefined) throw refused(run, "--save-recipe");
}

function refused(run: string, received: string): HeddleError {
  return new HeddleError({
    who: "--resume",
    expected: "a run alone, as it goes on as it was begun",
    received: `${received} besides`,
    next: `Leave that out, or train anew with the run's settings: heddle train ${run}.`,
  });
}
