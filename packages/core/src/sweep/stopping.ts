import { HeddleError } from "../base/errors.js";
import { isJsonObject } from "../base/json.js";
import { checkKnownOptions } from "../base/known-options.js";
import { median } from "../base/median.js";
import { checkValue, oneOf, type Rule, shown, whole } from "../base/rules.js";
import { UNTIL } from "./operations.js";
import { type Goal, lastReport, loss, type Study, type Trial } from "./study.js";
import { type BestPaused, lossAt, type StudyIndex } from "./study-index.js";

/** Ends a trial whose best report so far is worse than the median of what complete trials reported after as many steps. */
export interface MedianRule {
  readonly type: "median";
  /**
   * How many trials must be complete before any is stopped.
   *
   * @defaultValue 5
   */
  readonly startupTrials?: number;
  /**
   * How many steps every trial may run.
   *
   * @defaultValue 0
   */
  readonly warmupSteps?: number;
}

/**
 * Trains every trial for `minimum` steps and the best of them `factor` times as long, again and again up to `maximum`.
 * A rung is decided when all of its trials have reached it.
 */
export interface Halving {
  readonly type: "halving";
  readonly minimum: number;
  readonly maximum: number;
  /**
   * One in `factor` trials goes on to the next rung, which is `factor` times as long.
   *
   * @defaultValue 3
   */
  readonly factor?: number;
}

/**
 * Successive halving that waits for nobody (ASHA, Li et al. 2018): a trial pauses at its rung, and is promoted as soon as
 * it is among the best of those that have reached it.
 */
export interface AsynchronousHalving {
  readonly type: "asynchronousHalving";
  readonly minimum: number;
  readonly maximum: number;
  /**
   * One in `factor` trials goes on to the next rung, which is `factor` times as long.
   *
   * @defaultValue 3
   */
  readonly factor?: number;
}

export type StoppingOptions = MedianRule | Halving | AsynchronousHalving;

const halvingRules = { minimum: whole(1), maximum: whole(1), factor: whole(2) };
const optionRules: { readonly [Type in StoppingOptions["type"]]: Readonly<Record<string, Rule>> } = {
  median: { startupTrials: whole(1), warmupSteps: whole(0) },
  halving: halvingRules,
  asynchronousHalving: halvingRules,
};

/**
 * Checks the options of a stopping rule, from JSON or from code.
 *
 * @param who the sweep, for errors
 * @throws HeddleError on an unknown key, or a value that does not fit
 */
export function readStopping(who: string, source: unknown): StoppingOptions {
  if (!isJsonObject(source)) {
    const next = 'Write { "type": "median" }, say.';
    throw new HeddleError({ who, expected: "a stopping rule", received: shown(source), next });
  }
  const type = source["type"] as StoppingOptions["type"];
  checkValue(who, "type", type, oneOf("median", "halving", "asynchronousHalving"));
  const rules = optionRules[type];
  checkKnownOptions(who, source, ["type", ...Object.keys(rules)]);
  for (const [name, rule] of Object.entries(rules)) {
    const required = name === "minimum" || name === "maximum";
    if (required || source[name] !== undefined) checkValue(who, name, source[name], rule);
  }
  const { minimum, maximum } = source as { readonly minimum?: number; readonly maximum?: number };
  if (minimum !== undefined && maximum !== undefined && maximum < minimum) {
    const expected = `maximum to be at least minimum, ${minimum}`;
    const next = "Swap them, or correct one.";
    throw new HeddleError({ who, expected, received: String(maximum), next });
  }
  return source as unknown as StoppingOptions; // checked
}

/** The steps of the rungs, from `minimum` to `maximum`. */
export function rungsOf({ minimum, maximum, factor = 3 }: Halving | AsynchronousHalving): readonly number[] {
  const rungs: number[] = [];
  for (let step = minimum; step < maximum; step *= factor) rungs.push(step);
  return [...rungs, maximum];
}

/** How far a trial is to run before the next decision; undefined where it runs to its end. */
export function untilOf({ systemAttributes }: Trial): number | undefined {
  const until = systemAttributes[UNTIL];
  return typeof until === "number" ? until : undefined;
}

/** Whether the median rule ends a trial after its last report. */
export function isBelowMedian(
  { startupTrials = 5, warmupSteps = 0 }: MedianRule,
  goal: Goal,
  study: Study,
  trial: Trial,
): boolean {
  const last = lastReport(trial);
  if (last === undefined || last.step < warmupSteps) return false;
  const complete = study.trials.filter(({ state }) => state === "complete");
  if (complete.length < startupTrials) return false;
  const best = Math.min(...trial.reports.map(({ value }) => loss(goal, value)));
  // All of them are NaN.
  if (best === Number.POSITIVE_INFINITY && trial.reports.every(({ value }) => Number.isNaN(value)))
    return true;
  const others = complete
    .map(({ reports }) => reports.find(({ step }) => step === last.step)?.value ?? Number.NaN)
    .filter((value) => !Number.isNaN(value));
  return others.length > 0 && best > median(others.map((value) => loss(goal, value)));
}

/** A trial that a rung sends on, and how far. */
export interface Promotion {
  readonly trial: Trial;
  readonly until: number;
}

/** Of equals, the earlier trial is better. */
function bestPaused(goal: Goal, trials: readonly Trial[], rung: number): BestPaused | undefined {
  let reached = 0;
  let best: Trial | undefined;
  let least = 0;
  for (const trial of trials) {
    const own = lossAt(goal, trial, rung);
    if (own === undefined) continue;
    reached++;
    if (isPausedAt(trial, rung) && (best === undefined || own < least)) [best, least] = [trial, own];
  }
  if (best === undefined) return undefined;
  let ahead = 0;
  for (const trial of trials) {
    const own = lossAt(goal, trial, rung);
    if (own !== undefined && (own < least || (own === least && trial.number < best.number))) ahead++;
  }
  return { trial: best, ahead, reached };
}

function isPausedAt(trial: Trial, rung: number): boolean {
  return trial.state === "paused" && untilOf(trial) === rung;
}

/** The trial that asynchronous halving promotes next, from the highest rung that has one. */
export function nextPromotion(options: AsynchronousHalving, index: StudyIndex): Promotion | undefined {
  return promotion(options, index, ({ reached }) => Math.floor(reached / (options.factor ?? 3)));
}

/**
 * The promotion with which a sweep that has nothing else to do still gets a complete trial: the best of the highest rung,
 * one rung higher. Undefined once a trial is complete.
 */
export function lastPromotion(options: AsynchronousHalving, index: StudyIndex): Promotion | undefined {
  return index.count("complete") > 0 ? undefined : promotion(options, index, ({ reached }) => reached);
}

/** @param places how many of a rung are promoted */
function promotion(
  options: AsynchronousHalving,
  index: StudyIndex,
  places: (best: BestPaused) => number,
): Promotion | undefined {
  const rungs = rungsOf(options);
  for (let rung = rungs.length - 2; rung >= 0; rung--) {
    const best = index.bestPaused(rung);
    if (best && best.ahead < places(best)) return { trial: best.trial, until: rungs[rung + 1]! };
  }
  return undefined;
}

/**
 * What successive halving does with the paused trials of the lowest rung at which any are, once no trial is on its way to
 * it: the best are promoted, the others stopped.
 */
export function decideRung(
  options: Halving,
  goal: Goal,
  study: Study,
): Promotion | { readonly trial: Trial; readonly until?: undefined } | undefined {
  const rungs = rungsOf(options);
  const index = rungs.findIndex((rung) => study.trials.some((trial) => isPausedAt(trial, rung)));
  if (index < 0) return undefined;
  const rung = rungs[index]!;
  const isOnItsWay = ({ state }: Trial) => state === "running" || state === "interrupted";
  if (study.trials.some((trial) => isOnItsWay(trial) && (untilOf(trial) ?? 0) <= rung)) return undefined;
  const trials = study.trials.filter(({ state }) => state !== "failed");
  const { trial, ahead, reached } = bestPaused(goal, trials, rung)!;
  const places = Math.max(1, Math.floor(reached / (options.factor ?? 3)));
  return ahead < places ? { trial, until: rungs[index + 1]! } : { trial };
}
