import { UNTIL } from "./operations.js";
import { type Goal, loss, type Study, type Trial, type TrialState } from "./study.js";

/** Which trials of a study have changed, in the order in which they did, some of them often. */
interface Changes {
  /** How many changes were forgotten before those of the list. */
  forgotten: number;
  list: number[];
}
const changes = new WeakMap<Study, Changes>();

/** So many changes a trial are kept, for whoever has not read them yet. */
const MOST_CHANGES = 2;
const LEAST_CHANGES = 10_000;

/** Notes that a trial has changed: its journal does. */
export function noteChange(study: Study, trial: number): void {
  let own = changes.get(study);
  if (!own) {
    own = { forgotten: 0, list: [] };
    changes.set(study, own);
  }
  if (own.list.length > LEAST_CHANGES + MOST_CHANGES * study.trials.length) {
    own.forgotten += own.list.length;
    own.list = [];
  }
  own.list.push(trial);
}

/** Whether a journal notes the changes of a study. */
export function notesChanges(study: Study): boolean {
  return changes.has(study);
}

/**
 * Numbers of trials, the best first; of equal losses, the earlier trial is better. Insertion moves what follows, which is
 * faster than a tree for the sizes of sweeps.
 */
class Ranking {
  readonly places: number[] = [];

  /** @param losses of the trials, by number; one must not change while its trial is in the ranking */
  constructor(private readonly losses: readonly (number | undefined)[]) {}

  /** How many are better. */
  ahead(trial: number): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.isBefore(this.places[middle]!, trial)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(trial: number): void {
    this.places.splice(this.ahead(trial), 0, trial);
  }

  remove(trial: number): void {
    this.places.splice(this.ahead(trial), 1);
  }

  private isBefore(a: number, b: number): boolean {
    const [first, second] = [this.losses[a]!, this.losses[b]!];
    return first < second || (first === second && a < b);
  }
}

/** What is known of a step at which trials are compared. */
class Rung {
  /** The losses of the trials that have reached it, by number. */
  private readonly losses: (number | undefined)[] = [];
  private readonly isPaused: boolean[] = [];
  readonly reached = new Ranking(this.losses);
  readonly paused = new Ranking(this.losses);

  constructor(
    private readonly goal: Goal,
    private readonly step: number,
  ) {}

  look(trial: Trial): void {
    const { number } = trial;
    // Without holes, which would make a slow list of a long one.
    while (this.losses.length <= number) {
      this.losses.push(undefined);
      this.isPaused.push(false);
    }
    const before = this.losses[number];
    const now = lossAt(this.goal, trial, this.step);
    const wasPaused = this.isPaused[number]!;
    const pauses =
      trial.state === "paused" && trial.systemAttributes[UNTIL] === this.step && now !== undefined;
    if (before === now && wasPaused === pauses) return;
    if (wasPaused) this.paused.remove(number);
    if (before !== now) {
      if (before !== undefined) this.reached.remove(number);
      this.losses[number] = now;
      if (now !== undefined) this.reached.add(number);
    }
    this.isPaused[number] = pauses;
    if (pauses) this.paused.add(number);
  }
}

/** The best of the trials that are paused at a rung, and its rank among all that have reached it. */
export interface BestPaused {
  readonly trial: Trial;
  /** How many are better. */
  readonly ahead: number;
  /** How many have reached the rung. */
  readonly reached: number;
}

/** What decisions need to know of a study's trials, without looking at each of them again. */
export class StudyIndex {
  private readonly states: TrialState[] = [];
  private readonly counts: Partial<Record<TrialState, number>> = {};
  private readonly interrupted = new Set<Trial>();
  /** No trial before this one is paused. */
  private pausedFrom = 0;
  private readonly rungs: readonly Rung[];
  private study: Study | undefined;
  /** How far the list of changes has been read. */
  private read = 0;

  /** @param steps the steps at which trials are compared, lowest first */
  constructor(goal: Goal, steps: readonly number[]) {
    this.rungs = steps.map((step) => new Rung(goal, step));
  }

  /** Reads what has changed in a study that a journal keeps; of another one, everything. */
  catchUp(study: Study): void {
    this.study = study;
    const own = changes.get(study);
    if (!own || this.read < own.forgotten) for (const trial of study.trials) this.look(trial);
    else {
      for (let at = this.read - own.forgotten; at < own.list.length; at++)
        this.look(study.trials[own.list[at]!]!);
    }
    if (own) this.read = own.forgotten + own.list.length;
  }

  count(state: TrialState): number {
    return this.counts[state] ?? 0;
  }

  /** The first trial that was interrupted. */
  get firstInterrupted(): Trial | undefined {
    let first: Trial | undefined;
    for (const trial of this.interrupted) if (!first || trial.number < first.number) first = trial;
    return first;
  }

  /** The first trial that is paused. */
  get firstPaused(): Trial | undefined {
    const { states, study } = this;
    while (this.pausedFrom < states.length && states[this.pausedFrom] !== "paused") this.pausedFrom++;
    return study!.trials[this.pausedFrom];
  }

  /** The best of the trials that are paused at rung number `index`. */
  bestPaused(index: number): BestPaused | undefined {
    const { paused, reached } = this.rungs[index]!;
    const best = paused.places[0];
    if (best === undefined) return undefined;
    const trial = this.study!.trials[best]!;
    return { trial, ahead: reached.ahead(best), reached: reached.places.length };
  }

  private look(trial: Trial): void {
    const { number, state } = trial;
    const before = this.states[number];
    if (before !== state) {
      if (before) this.counts[before] = this.count(before) - 1;
      this.counts[state] = this.count(state) + 1;
      this.states[number] = state;
    }
    if (state === "interrupted") this.interrupted.add(trial);
    else if (before === "interrupted") this.interrupted.delete(trial);
    if (state === "paused") this.pausedFrom = Math.min(this.pausedFrom, number);
    for (const rung of this.rungs) rung.look(trial);
  }
}

/** The loss of a trial at a rung; undefined where it has not reached it. */
export function lossAt(goal: Goal, { reports }: Trial, rung: number): number | undefined {
  for (let index = reports.length - 1; index >= 0; index--) {
    const { step, value } = reports[index]!;
    if (step <= rung) return index === reports.length - 1 && step < rung ? undefined : loss(goal, value);
  }
  return reports.length === 0 ? undefined : Number.POSITIVE_INFINITY;
}
