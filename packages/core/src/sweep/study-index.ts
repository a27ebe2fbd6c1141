import { UNTIL } from "./operations.js";
import { type Goal, loss, type Study, type Trial, type TrialState } from "./study.js";

/** Which trials of a study have changed, in the order in which they did, some of them often. */
const changes = new WeakMap<Study, number[]>();

/** Notes that a trial has changed: its journal does. */
export function noteChange(study: Study, trial: number): void {
  const list = changes.get(study);
  if (list) list.push(trial);
  else changes.set(study, [trial]);
}

/** Whether a journal notes the changes of a study. */
export function notesChanges(study: Study): boolean {
  return changes.has(study);
}

/** A trial at a rung: of equal losses, the earlier trial is better. */
interface Placed {
  readonly loss: number;
  readonly trial: Trial;
}

/** Sorted, best first. Insertion moves what follows, which is faster than a tree for the sizes of sweeps. */
class Ranking {
  readonly places: Placed[] = [];

  /** How many are better. */
  ahead(placed: Placed): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBefore(this.places[middle]!, placed)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  add(placed: Placed): void {
    this.places.splice(this.ahead(placed), 0, placed);
  }

  remove(placed: Placed): void {
    this.places.splice(this.ahead(placed), 1);
  }
}

function isBefore(a: Placed, b: Placed): boolean {
  return a.loss < b.loss || (a.loss === b.loss && a.trial.number < b.trial.number);
}

/** What is known of a trial. */
interface Known {
  readonly state: TrialState;
  /** Its loss at each rung that it has reached. */
  readonly losses: readonly (number | undefined)[];
  /** The rung at which it is paused; -1 if it is not. */
  readonly paused: number;
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
  private readonly known: Known[] = [];
  private readonly counts: Partial<Record<TrialState, number>> = {};
  private readonly interrupted = new Set<Trial>();
  private readonly reached: readonly Ranking[];
  private readonly paused: readonly Ranking[];
  /** How far the list of changes has been read. */
  private read = 0;

  /** @param rungs the steps at which trials are compared, lowest first */
  constructor(
    private readonly goal: Goal,
    private readonly rungs: readonly number[],
  ) {
    this.reached = rungs.map(() => new Ranking());
    this.paused = rungs.map(() => new Ranking());
  }

  /** Reads what has changed in a study that a journal keeps; of another one, everything. */
  catchUp(study: Study): void {
    const list = changes.get(study);
    if (!list) for (const trial of study.trials) this.look(trial);
    else for (; this.read < list.length; this.read++) this.look(study.trials[list[this.read]!]!);
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

  /** The best of the trials that are paused at rung number `index`. */
  bestPaused(index: number): BestPaused | undefined {
    const [best] = this.paused[index]!.places;
    if (!best) return undefined;
    const reached = this.reached[index]!;
    return { trial: best.trial, ahead: reached.ahead(best), reached: reached.places.length };
  }

  private look(trial: Trial): void {
    const before = this.known[trial.number];
    const now: Known = {
      state: trial.state,
      losses: this.rungs.map((rung) => lossAt(this.goal, trial, rung)),
      paused: trial.state === "paused" ? this.rungs.indexOf(trial.systemAttributes[UNTIL] as number) : -1,
    };
    this.known[trial.number] = now;
    if (before) this.counts[before.state] = this.count(before.state) - 1;
    this.counts[now.state] = this.count(now.state) + 1;
    if (now.state === "interrupted") this.interrupted.add(trial);
    else this.interrupted.delete(trial);
    this.rungs.forEach((_, index) => {
      const [old, loss] = [before?.losses[index], now.losses[index]];
      move(this.reached[index]!, trial, old, loss);
      const paused = (known: Known | undefined) =>
        known?.paused === index ? known.losses[index] : undefined;
      move(this.paused[index]!, trial, paused(before), paused(now));
    });
  }
}

/** Moves a trial to another place, or from or to none. */
function move(ranking: Ranking, trial: Trial, from: number | undefined, to: number | undefined): void {
  if (from === to) return;
  if (from !== undefined) ranking.remove({ loss: from, trial });
  if (to !== undefined) ranking.add({ loss: to, trial });
}

/** The loss of a trial at a rung; undefined where it has not reached it. */
export function lossAt(goal: Goal, { reports }: Trial, rung: number): number | undefined {
  for (let index = reports.length - 1; index >= 0; index--) {
    const { step, value } = reports[index]!;
    if (step <= rung) return index === reports.length - 1 && step < rung ? undefined : loss(goal, value);
  }
  return reports.length === 0 ? undefined : Number.POSITIVE_INFINITY;
}
