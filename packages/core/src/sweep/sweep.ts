import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { checkPlainJson, type Json, type JsonObject } from "../base/json.js";
import { checkKnownOptions } from "../base/known-options.js";
import { anyText, checkValue, oneOf, type Rule, shown, text, wholeFromTo } from "../base/rules.js";
import { DEFINITION } from "./operations.js";
import type { Values } from "./parameter.js";
import { readSearch, Search, type SearchOptions } from "./search.js";
import { SearchSpace, type SpaceOptions } from "./space.js";
import {
  decideRung,
  isBelowMedian,
  lastPromotion,
  nextPromotion,
  readStopping,
  rungsOf,
  type StoppingOptions,
  untilOf,
} from "./stopping.js";
import { type Goal, lastReport, type Study, type Trial } from "./study.js";
import { notesChanges, StudyIndex } from "./study-index.js";

/** What a sweep searches, how, and when it is over. */
export interface SweepOptions extends SpaceOptions {
  /** The study's name in the journal. */
  readonly name: string;
  readonly goal: Goal;
  /** How many trials to start. */
  readonly trials: number;
  /**
   * Of every random number: a whole number up to 2^53.
   *
   * @defaultValue 42
   */
  readonly seed?: number;
  /** @defaultValue `{ type: "tpe" }` */
  readonly search?: SearchOptions;
  /** @defaultValue every trial runs to its end */
  readonly stopping?: StoppingOptions;
}

/** What to do next. */
export type Decision =
  /** Start a new trial with these values, and pause it after `until` steps. */
  | { readonly kind: "start"; readonly values: Values; readonly until: number | undefined }
  /** Resume a trial that was interrupted. */
  | { readonly kind: "resume"; readonly trial: Trial }
  /** Resume a paused trial, and run it until `until` steps. */
  | { readonly kind: "promote"; readonly trial: Trial; readonly until: number }
  /** End a paused trial. */
  | { readonly kind: "stop"; readonly trial: Trial }
  /** Nothing can be done until a running trial pauses or ends. */
  | { readonly kind: "wait" }
  /** All trials have ended. */
  | { readonly kind: "done" };

/** What a running trial does after a report. */
export type Verdict = "continue" | "pause" | "stop";

const rules: Readonly<Record<string, Rule>> = {
  name: text,
  goal: oneOf("minimize", "maximize"),
  trials: wholeFromTo(1, 10_000_000),
};
const seedRule = wholeFromTo(0, Number.MAX_SAFE_INTEGER);
const optionNames = ["parameters", "constraints", ...Object.keys(rules), "seed", "search", "stopping"];

/**
 * A sweep's decisions. Each is a function of the journal's study and the definition alone: the same journal, the same
 * next trial, on every machine.
 *
 * @example
 * const sweep = new Sweep({
 *   name: "clothes",
 *   goal: "maximize",
 *   trials: 50,
 *   parameters: { learningRate: { type: "float", low: 1e-4, high: 1e-1, log: true } },
 *   stopping: { type: "asynchronousHalving", minimum: 1, maximum: 27 },
 * });
 * const decision = sweep.decide(study);
 */
export class Sweep {
  readonly name: string;
  readonly goal: Goal;
  readonly trials: number;
  readonly seed: number;
  readonly space: SearchSpace;
  readonly searchOptions: SearchOptions;
  readonly stopping: StoppingOptions | undefined;
  private readonly search: Search;
  private readonly indexes = new WeakMap<Study, StudyIndex>();

  /**
   * @param who the sweep's file, for errors
   * @throws HeddleError on what is unknown or does not fit
   */
  constructor(options: SweepOptions, who = "Sweep") {
    checkKnownOptions(who, options, optionNames);
    for (const [name, rule] of Object.entries(rules)) {
      checkValue(who, name, options[name as keyof SweepOptions], rule);
    }
    const { name, goal, trials, seed = 42, search = { type: "tpe" }, stopping, ...space } = options;
    this.name = name;
    this.goal = goal;
    this.trials = trials;
    this.seed = checkValue(who, "seed", seed, seedRule);
    this.space = new SearchSpace(space, who);
    this.searchOptions = readSearch(`${who}, search`, search);
    this.stopping = stopping === undefined ? undefined : readStopping(`${who}, stopping`, stopping);
    this.search = new Search(this.searchOptions, this);
  }

  /** The definition as JSON, which the journal keeps. A constraint in code is its description. */
  get definition(): Json {
    const { name, goal, trials, seed, space, searchOptions, stopping } = this;
    const parameters = Object.fromEntries(
      space.parameters.map(({ name, parameter, sets }) => [
        name,
        { ...parameter, ...(sets && { choices: sets }) },
      ]),
    );
    const constraints = space.constraints.map((constraint) =>
      "holds" in constraint ? { description: constraint.description } : { ...constraint },
    );
    const definition = { name, goal, trials, seed, parameters, constraints, search: searchOptions, stopping };
    return JSON.parse(JSON.stringify(definition)) as Json;
  }

  /**
   * Checks that a study of a journal is this sweep's.
   *
   * @param who the journal, for errors
   * @throws HeddleError when its definition differs
   */
  checkStudy(who: string, study: Study): void {
    const before = study.userAttributes[DEFINITION] as JsonObject | undefined;
    const now = this.definition as JsonObject;
    // More trials may be asked of a sweep when it is resumed.
    const names = [...Object.keys(now), ...Object.keys(before ?? {})].filter((name) => name !== "trials");
    const different = names.find((name) => JSON.stringify(before?.[name]) !== JSON.stringify(now[name]));
    if (different === undefined) return;
    throw new HeddleError({
      who,
      expected: `${different} ${shown(now[different])}, as the sweep has it`,
      received: before ? shown(before[different]) : "a study without a sweep",
      next: "Resume it with the definition that it began with, or start a new sweep in a different folder.",
    });
  }

  /**
   * What a worker that is free does next. Record what was decided in the journal before the next decision.
   *
   * @throws HeddleError when no values that satisfy the constraints can be found
   */
  decide(study: Study): Decision {
    const { goal, stopping } = this;
    const index = this.indexOf(study);
    const interrupted = index.firstInterrupted;
    if (interrupted) return { kind: "resume", trial: interrupted };
    if (stopping?.type === "asynchronousHalving") {
      const promotion = nextPromotion(stopping, index);
      if (promotion) return { kind: "promote", ...promotion };
    }
    const values = study.trials.length < this.trials ? this.search.next(study) : undefined;
    if (values) return { kind: "start", values, until: this.firstRung };
    if (stopping?.type === "halving") {
      const decided = decideRung(stopping, goal, study);
      if (decided?.until !== undefined)
        return { kind: "promote", trial: decided.trial, until: decided.until };
      if (decided) return { kind: "stop", trial: decided.trial };
    }
    if (index.count("running") > 0) return { kind: "wait" };
    if (stopping?.type === "asynchronousHalving") {
      const promotion = lastPromotion(stopping, index);
      if (promotion) return { kind: "promote", ...promotion };
    }
    const paused = index.firstPaused;
    return paused ? { kind: "stop", trial: paused } : { kind: "done" };
  }

  /** What a running trial does after its last report. One that has run to its end is complete, whatever this says. */
  verdict(study: Study, trial: Trial): Verdict {
    const { goal, stopping } = this;
    if (stopping === undefined) return "continue";
    if (stopping.type === "median") return isBelowMedian(stopping, goal, study, trial) ? "stop" : "continue";
    const until = untilOf(trial) ?? stopping.maximum;
    return until < stopping.maximum && (lastReport(trial)?.step ?? 0) >= until ? "pause" : "continue";
  }

  /** What is known of a study; of one that no journal keeps, from scratch each time. */
  private indexOf(study: Study): StudyIndex {
    let index = this.indexes.get(study);
    if (!index) {
      const halving = this.stopping?.type === "asynchronousHalving" ? this.stopping : undefined;
      index = new StudyIndex(this.goal, halving ? rungsOf(halving) : []);
      if (notesChanges(study)) this.indexes.set(study, index);
    }
    index.catchUp(study);
    return index;
  }

  private get firstRung(): number | undefined {
    const { stopping } = this;
    return stopping === undefined || stopping.type === "median" ? undefined : rungsOf(stopping)[0];
  }
}

/** Version of the format of sweeps: what `heddleSweep` says. */
export const SWEEP_VERSION = 1;

/**
 * Reads a sweep from JSON: `heddleSweep`, the version, and the fields of {@link SweepOptions}. `title` and `description`
 * are for people.
 *
 * @param who the file, for errors
 * @throws HeddleError on an unknown key, a value that does not fit, or a different version
 */
export function readSweep(who: string, json: JsonObject): Sweep {
  checkPlainJson(who, json);
  const { heddleSweep: version, title, description, ...options } = json;
  if (version !== SWEEP_VERSION) {
    throw new HeddleError({
      who,
      expected: `"heddleSweep" to be ${SWEEP_VERSION}`,
      received: JSON.stringify(version) ?? "nothing",
      next: "Use a version of Heddle that knows this format, or rewrite the sweep.",
    });
  }
  for (const [name, value] of Object.entries({ title, description })) {
    if (value !== undefined) checkValue(who, name, value, anyText);
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name));
  if (unknown !== undefined) {
    throw new HeddleError({
      who,
      expected: "the keys of a sweep",
      received: JSON.stringify(unknown),
      next: didYouMean(unknown, [...optionNames, "title", "description"]),
    });
  }
  return new Sweep(options as unknown as SweepOptions, who);
}
