import { formatPercent } from "@heddle/core/internal/base/format.js";
import { type Goal, lastReport, loss, type Study, type Trial } from "@heddle/core/internal/sweep/study.js";
import type { Sweep } from "@heddle/core/internal/sweep/sweep.js";
import type { Objective } from "./messages.js";

/** A trial with its objective. */
export interface Completed {
  readonly trial: Trial;
  readonly value: number;
}

/** The complete trials, best first; of equals the earlier one is better. */
export function ranked(study: Study, goal: Goal): readonly Completed[] {
  return study.trials
    .filter(({ state }) => state === "complete")
    .map((trial) => ({ trial, value: trial.objectives?.[0] ?? Number.NaN }))
    .sort((a, b) => loss(goal, a.value) - loss(goal, b.value) || a.trial.number - b.trial.number);
}

/** The trial that has come furthest up so far, where none is complete. */
export function bestSoFar(study: Study, goal: Goal): Completed | undefined {
  return study.trials
    .flatMap((trial) => {
      const last = lastReport(trial);
      return last === undefined ? [] : [{ trial, value: last.value }];
    })
    .sort((a, b) => loss(goal, a.value) - loss(goal, b.value))[0];
}

/** `93.41%`, or a loss. */
export function objectiveText(objective: Objective, value: number): string {
  return objective === "accuracy" ? formatPercent(value) : value.toFixed(4);
}

/** `batchSize 64, learningRate 0.003`. */
export function valuesText({ values }: Trial): string {
  const parts = Object.entries(values).map(([name, value]) => `${name} ${valueText(value)}`);
  return parts.join(", ");
}

export function valueText(value: unknown): string {
  return typeof value === "number" ? String(Number(value.toPrecision(4))) : String(value);
}

/** How many trials are in each state, in words. */
export function stateCounts(study: Study): string {
  const states = ["complete", "stopped", "paused", "failed", "interrupted", "running", "waiting"] as const;
  const counts = states.map(
    (state) => [state, study.trials.filter((trial) => trial.state === state).length] as const,
  );
  return counts
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${count} ${state}`)
    .join(", ");
}

/** Why a sweep that has ended has fewer trials than were asked for; undefined where it has not. */
export function fewerTrials(sweep: Sweep, study: Study): string | undefined {
  const begun = study.trials.length;
  if (begun >= sweep.trials || sweep.decide(study).kind !== "done") return undefined;
  return `The space has no more values to try, so that the sweep ended after ${begun} of ${sweep.trials} trials.`;
}
