import { HeddleError } from "../base/errors.js";
import { isJsonObject } from "../base/json.js";
import { checkKnownOptions } from "../base/known-options.js";
import { Random } from "../base/random.js";
import { checkValue, oneOf, type Rule, shown, trueOrFalse, whole, wholeFromTo } from "../base/rules.js";
import type { Values } from "./parameter.js";
import { Sobol } from "./sobol.js";
import type { SearchSpace } from "./space.js";
import type { Goal, Study } from "./study.js";
import { resultsIn, tpe } from "./tpe.js";
import { spread, valueAtPosition } from "./values.js";

/** Every combination of values, the last parameter's changing fastest. */
export interface GridSearch {
  readonly type: "grid";
  /**
   * How many values of a number without a step are tried, its bounds included.
   *
   * @defaultValue 5
   */
  readonly points?: number;
}

/** Values at random. */
export interface RandomSearch {
  readonly type: "random";
}

/** Sobol's sequence, which fills the space more evenly than random numbers do. */
export interface SobolSearch {
  readonly type: "sobol";
  /**
   * Whether the seed scrambles the sequence.
   *
   * @defaultValue true
   */
  readonly scramble?: boolean;
}

/** The tree-structured Parzen estimator: values like those of the better trials. */
export interface TpeSearch {
  readonly type: "tpe";
  /**
   * How many trials have random values first.
   *
   * @defaultValue 10
   */
  readonly startupTrials?: number;
  /**
   * How many candidates the best is chosen from.
   *
   * @defaultValue 24
   */
  readonly candidates?: number;
}

export type SearchOptions = GridSearch | RandomSearch | SobolSearch | TpeSearch;

const optionRules: { readonly [Type in SearchOptions["type"]]: Readonly<Record<string, Rule>> } = {
  grid: { points: wholeFromTo(2, 10_000) },
  random: {},
  sobol: { scramble: trueOrFalse },
  tpe: { startupTrials: whole(1), candidates: wholeFromTo(1, 10_000) },
};

/**
 * Checks the options of a search, from JSON or from code.
 *
 * @param who the sweep, for errors
 * @throws HeddleError on an unknown key, or a value that does not fit
 */
export function readSearch(who: string, source: unknown): SearchOptions {
  if (!isJsonObject(source)) {
    const next = 'Write { "type": "tpe" }, say.';
    throw new HeddleError({ who, expected: "a search", received: shown(source), next });
  }
  const type = source["type"] as SearchOptions["type"];
  checkValue(who, "type", type, oneOf("grid", "random", "sobol", "tpe"));
  const rules = optionRules[type];
  checkKnownOptions(who, source, ["type", ...Object.keys(rules)]);
  for (const [name, rule] of Object.entries(rules)) {
    if (source[name] !== undefined) checkValue(who, name, source[name], rule);
  }
  return source as unknown as SearchOptions; // checked
}

/** What a search needs to know. */
export interface SearchProblem {
  readonly space: SearchSpace;
  readonly goal: Goal;
  /** Any whole number up to 2^53. */
  readonly seed: number;
}

/** How often values are drawn that may repeat a trial's or violate a constraint; so many of them as TPE says. */
const DRAWS = 200;
const FIRST_DRAWS = 10;

/** Spaces of at most so many combinations are listed when draws keep repeating. */
const LISTED = 2 ** 20;

/**
 * Proposes the values of trials: a function of the study's trials and the seed alone. No trial repeats another one's
 * values.
 */
export class Search {
  private readonly propose: (study: Study) => Values | undefined;
  /** What is known of a study's trials so far, so that each is looked at once. */
  private readonly memories = new WeakMap<Study, Memory>();

  constructor(
    options: SearchOptions,
    private readonly problem: SearchProblem,
  ) {
    const { space, goal, seed } = problem;
    switch (options.type) {
      case "grid":
        this.propose = (study) => this.firstNew(study, () => combinations(space, options.points ?? 5));
        break;
      case "random":
        this.propose = (study) => this.draw(study);
        break;
      case "sobol": {
        const sequence = new Sobol(space.parameters.length, (options.scramble ?? true) ? seed : undefined);
        this.propose = (study) => this.firstNew(study, () => points(space, sequence)) ?? this.draw(study);
        break;
      }
      case "tpe": {
        const { startupTrials = 10, candidates = 24 } = options;
        this.propose = (study) => {
          const isStartup = resultsIn(study.trials) < startupTrials;
          return this.draw(study, isStartup ? undefined : tpe(space, goal, study.trials, candidates));
        };
      }
    }
  }

  /**
   * The values of the study's next trial; undefined when every combination has been tried.
   *
   * @throws HeddleError when no values that satisfy the constraints can be found
   */
  next(study: Study): Values | undefined {
    return this.propose(study);
  }

  /** Draws until values are new and allowed; where a small space is almost exhausted, from what is left of it. */
  private draw(study: Study, first?: (random: Random) => Values): Values | undefined {
    const { space, seed } = this.problem;
    const random = new Random(seed, "sweep", study.trials.length);
    const { tried } = this.memoryOf(study);
    const isNew = (values: Values) => space.allows(values) && !tried.has(space.keyOf(values));
    for (let count = 0; count < DRAWS; count++) {
      const isFirst = first !== undefined && count < FIRST_DRAWS;
      const values = isFirst ? first(random) : fill(space, () => random.uniform());
      if (isNew(values)) return values;
    }
    if (space.largestSize <= LISTED) {
      const left = [...combinations(space, Number.POSITIVE_INFINITY)].filter(isNew);
      return left.length === 0 ? undefined : left[random.below(left.length)];
    }
    for (let count = 0; count < 100 * DRAWS; count++) {
      const values = fill(space, () => random.uniform());
      if (isNew(values)) return values;
    }
    throw new HeddleError({
      who: "Search",
      expected: "constraints that some values satisfy",
      received: `none among ${100 * DRAWS} at random`,
      next: "Loosen the constraints, or narrow the ranges to where they hold.",
    });
  }

  /** The first of a sequence that no trial has. */
  private firstNew(study: Study, sequence: () => Iterator<Values>): Values | undefined {
    const { space } = this.problem;
    const memory = this.memoryOf(study);
    memory.sequence ??= sequence();
    memory.current ??= memory.sequence.next();
    while (!memory.current.done && memory.tried.has(space.keyOf(memory.current.value))) {
      memory.current = memory.sequence.next();
    }
    return memory.current.done ? undefined : memory.current.value;
  }

  private memoryOf(study: Study): Memory {
    let memory = this.memories.get(study);
    if (!memory) {
      memory = { tried: new Set(), looked: 0 };
      this.memories.set(study, memory);
    }
    for (; memory.looked < study.trials.length; memory.looked++) {
      memory.tried.add(this.problem.space.keyOf(study.trials[memory.looked]!.values));
    }
    return memory;
  }
}

interface Memory {
  readonly tried: Set<string>;
  /** How many trials `tried` holds. */
  looked: number;
  sequence?: Iterator<Values>;
  current?: IteratorResult<Values>;
}

/** Values of all active parameters from positions in [0, 1), one for each parameter, active or not. */
function fill(space: SearchSpace, positionOf: (index: number) => number): Values {
  const values: Record<string, Values[string]> = {};
  space.parameters.forEach(({ name, parameter }, index) => {
    const position = positionOf(index);
    if (space.isActive(parameter, values)) values[name] = valueAtPosition(parameter, position);
  });
  return values;
}

/** Every combination of values that the constraints allow. */
function* combinations(
  space: SearchSpace,
  points: number,
  values: Values = {},
  index = 0,
): Generator<Values> {
  const next = space.parameters[index];
  if (next === undefined) {
    if (space.allows(values)) yield values;
  } else if (space.isActive(next.parameter, values)) {
    for (const value of spread(next.parameter, points)) {
      yield* combinations(space, points, { ...values, [next.name]: value }, index + 1);
    }
  } else {
    yield* combinations(space, points, values, index + 1);
  }
}

/** The points of a sequence that the constraints allow, until many in a row are not or have been before. */
function* points(space: SearchSpace, sequence: Sobol): Generator<Values> {
  const before = new Set<string>();
  const most = Math.min(100 * DRAWS, 8 * space.largestSize);
  for (let index = 0, misses = 0; misses < most; index++) {
    const point = sequence.point(index);
    const values = fill(space, (dimension) => point[dimension]!);
    const key = space.keyOf(values);
    misses++;
    if (!space.allows(values) || before.has(key)) continue;
    before.add(key);
    misses = 0;
    yield values;
  }
}
