import type { Json } from "../base/json.js";
import type { SweepValue } from "./parameter.js";

/** Which values of the objective are better. */
export type Goal = "minimize" | "maximize";

/**
 * - `running`: at work, or of a process that has died since
 * - `complete`: has its value
 * - `stopped`: ended early, because others were better
 * - `failed`: ended with an error
 * - `paused`: waits at a rung until it is promoted or stopped
 * - `interrupted`: its process ended before it did; it will be resumed
 * - `waiting`: was put into the journal by another program, and nobody has begun it
 */
export type TrialState = "running" | "complete" | "stopped" | "failed" | "paused" | "interrupted" | "waiting";

/** The objective after `step` units, of which a rung counts too: epochs, say. */
export interface Report {
  readonly step: number;
  /** May be NaN, for a loss that diverged. */
  readonly value: number;
}

export interface Trial {
  /** In the whole journal, which may hold several studies. */
  readonly id: number;
  /** In its study, from 0. */
  readonly number: number;
  readonly state: TrialState;
  readonly values: Readonly<Record<string, SweepValue>>;
  /** What each parameter could be, as the journal has it. */
  readonly distributions: Readonly<Record<string, string>>;
  /** One value for each objective; missing where the trial has none. */
  readonly objectives: readonly number[] | undefined;
  /** By step, lowest first. */
  readonly reports: readonly Report[];
  readonly userAttributes: Readonly<Record<string, Json>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  /** ISO 8601. */
  readonly started: string | undefined;
  /** ISO 8601. */
  readonly completed: string | undefined;
}

export interface Study {
  readonly id: number;
  readonly name: string;
  /** One for each objective. */
  readonly goals: readonly (Goal | undefined)[];
  readonly userAttributes: Readonly<Record<string, Json>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  /** By number. */
  readonly trials: readonly Trial[];
}

/** Whether nothing about a trial can change any more. */
export function isFinished({ state }: Trial): boolean {
  return state === "complete" || state === "stopped" || state === "failed";
}

/** A trial's last report. */
export function lastReport({ reports }: Trial): Report | undefined {
  return reports.at(-1);
}

/** A value of the objective turned so that smaller is better, and NaN is worst. */
export function loss(goal: Goal, value: number): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return goal === "minimize" ? value : -value;
}
