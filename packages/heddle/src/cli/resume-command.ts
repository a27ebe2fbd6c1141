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

/** Resumes a run, and prints the progress and the result. */
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
      data,
      threads,
      signal,
      checkpoints: checkpointRule(options),
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
    if (wasFinished) terminal.result(`Run ${folder} is already finished; nothing to resume.`);
    else printResult(terminal, record.dataset, { ...resumed, timeSeconds: record.timeSeconds });
    terminal.json({ run: folder, reportPath, metrics });
  } catch (thrown) {
    throw stoppedError(thrown, opened.folder);
  } finally {
    release();
  }
}

/** `resuming in epoch 3 of 16, after step 120`. */
function placeOf(state: TrainingState | undefined, epochs: number): string {
  if (!state) return "no checkpoint yet, so training starts from scratch";
  const { epoch, underWay, stopped } = state;
  if (stopped || epoch >= epochs) return "training is done; continuing with the evaluation";
  const step = underWay ? `, after step ${underWay.steps}` : "";
  return `resuming in epoch ${epoch + 1} of ${epochs}${step}`;
}

/** The settings that decide a run's weights were fixed when it began. */
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
    expected: "only a run, which resumes with its original settings",
    received: `${received} as well`,
    next: `Remove ${received}, or train from scratch with the run's settings: heddle train ${run}.`,
  });
}
