import { counted, formatDuration } from "@heddle/core/internal/base/format.js";
import { lastReport, type Study, type Trial } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import { objectiveOf } from "../jobs/sweep/objective.js";
import { objectiveText, ranked, valuesText } from "../jobs/sweep/results.js";
import type { SweepAbout, SweepJobOptions } from "../jobs/sweep/sweep-job.js";
import { formatCommand } from "../runs/command-line.js";
import type { Terminal } from "./terminal.js";
import { jobEvents } from "./training-command.js";

/**
 * Prints how a sweep goes: a line for each trial that ends, and a live one.
 *
 * @param opened gets the sweep's folder once there is one
 */
export function sweepEvents(terminal: Terminal, opened: { folder?: string }): SweepJobOptions["events"] {
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
