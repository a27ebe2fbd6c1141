import type { Progress } from "@heddle/core/internal/callbacks/callback.js";
import { type PlanOptions, trialSeconds } from "./plan.js";
import type { Regime } from "./regimes.js";
import type { Trial } from "./trials.js";

/** Expects how long trials take, corrected by those that have finished. */
export class Pace {
  private expected = 0;
  private taken = 0;

  constructor(private readonly measured: Pick<PlanOptions, "speeds" | "images">) {}

  /** Expected seconds of a trial. */
  secondsOf(trial: Trial): number {
    return this.corrected(this.planned(trial));
  }

  /** Planned seconds, scaled by how long trials have really taken. */
  corrected(seconds: number): number {
    return this.expected > 0 ? (seconds * this.taken) / this.expected : seconds;
  }

  /** Counts a trial that has finished. */
  add(trial: Trial, seconds: number): void {
    this.expected += this.planned(trial);
    this.taken += seconds;
  }

  private planned({ setting, epochs, purpose }: Trial): number {
    return trialSeconds(this.measured, setting, epochs, purpose === "comparing");
  }
}

/** Planned seconds of all trials that are compared. */
export function estimatedSeconds(
  measured: Pick<PlanOptions, "speeds" | "images">,
  regimes: readonly Regime[],
  { seeds, epochs }: { readonly seeds: number; readonly epochs: number },
): number {
  return regimes.reduce(
    (sum, { settings }) => sum + seeds * trialSeconds(measured, settings[0]!, epochs, true),
    0,
  );
}

/** The share of a trial that is done, 0..1. */
export function shareOf({ epoch, epochs, step, steps }: Progress): number {
  return (epoch - 1 + step / steps) / epochs;
}
