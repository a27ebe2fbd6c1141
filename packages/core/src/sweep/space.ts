import { didYouMean } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import { checkKnownOptions } from "../base/known-options.js";
import { anyObject, checkValue, shown } from "../base/rules.js";
import { type Constraint, holds, listed, namesIn, readConstraint, satisfies } from "./constraint.js";
import {
  type Parameter,
  type ParameterOptions,
  type ReadParameter,
  readParameter,
  type SweepValue,
  type Values,
} from "./parameter.js";
import { contains, countOf } from "./values.js";

/** A parameter with its name. */
export interface NamedParameter extends ReadParameter {
  readonly name: string;
}

/** What a search space is made from, in code. */
export interface SpaceOptions {
  /** By name: letters, digits, `_`, `-` and `.`, of which the first is a letter. */
  readonly parameters: Readonly<Record<string, ParameterOptions>>;
  /** @defaultValue none */
  readonly constraints?: readonly Constraint[];
}

const NAME = /^[A-Za-z][\w.-]*$/;

/**
 * The values that trials may have.
 *
 * @example
 * const space = new SearchSpace({
 *   parameters: {
 *     optimizer: { type: "category", choices: ["sgd", "adam"] },
 *     learningRate: { type: "float", low: 1e-4, high: 1, log: true },
 *     momentum: { type: "float", low: 0, high: 0.99, when: { optimizer: "sgd" } },
 *   },
 *   constraints: [{ not: { optimizer: "adam", batchSize: 16 } }],
 * });
 */
export class SearchSpace {
  /** Every parameter, after those that its condition names; otherwise in the order of the definition. */
  readonly parameters: readonly NamedParameter[];
  readonly constraints: readonly Constraint[];

  /**
   * @param who the space's name or file, for errors
   * @throws HeddleError on what is unknown, does not fit, or can never be true
   */
  constructor(options: SpaceOptions, who = "SearchSpace") {
    checkKnownOptions(who, options, ["parameters", "constraints"]);
    const { parameters, constraints = [] } = options;
    checkValue(who, "parameters", parameters, anyObject);
    const named = Object.entries(parameters).map(([name, source]) => {
      if (!NAME.test(name) || name in Object.prototype) {
        const expected = "names of letters, digits, _, - and ., of which the first is a letter";
        throw new HeddleError({
          who,
          expected,
          received: JSON.stringify(name),
          next: "Rename the parameter.",
        });
      }
      return { name, ...readParameter(`${who}, ${name}`, source) };
    });
    if (named.length === 0) {
      throw new HeddleError({ who, expected: "one or more parameters", received: "none", next: "Add one." });
    }
    const byName = new Map(named.map((one) => [one.name, one]));
    for (const { name, parameter } of named) {
      for (const [other, wanted] of Object.entries(parameter.when ?? {})) {
        checkListed(`${who}, ${name}`, "when", byName, other, listed(wanted));
      }
    }
    this.parameters = ordered(who, named);
    this.constraints = Array.isArray(constraints)
      ? constraints.map((source, index) => {
          const whose = `${who}, constraint ${index + 1}`;
          const constraint = readConstraint(whose, source);
          checkNames(whose, constraint, byName);
          return constraint;
        })
      : checkValue(who, "constraints", constraints, { expected: "a list", accepts: Array.isArray });
  }

  /** Whether a parameter exists in a trial with these values of the parameters before it. */
  isActive({ when }: Parameter, values: Values): boolean {
    return when === undefined || satisfies(when, values);
  }

  /** Whether values satisfy every constraint. */
  allows(values: Values): boolean {
    return this.constraints.every((constraint) => holds(constraint, values));
  }

  /** Whether values are those of a trial of this space: the active parameters, no others, and every constraint. */
  has(values: Values): boolean {
    let active = 0;
    for (const { name, parameter } of this.parameters) {
      if (!this.isActive(parameter, values)) continue;
      if (values[name] === undefined || !contains(parameter, values[name])) return false;
      active++;
    }
    return active === Object.keys(values).length && this.allows(values);
  }

  /** How many different values trials can have at most, constraints and conditions aside; may be infinite. */
  get largestSize(): number {
    return this.parameters.reduce((size, { parameter }) => size * countOf(parameter), 1);
  }

  /** A text that two trials share if they have the same values. */
  keyOf(values: Values): string {
    return JSON.stringify(this.parameters.map(({ name }) => values[name]));
  }
}

/** Parameters after those that they depend on. */
function ordered(who: string, named: readonly NamedParameter[]): NamedParameter[] {
  const done: NamedParameter[] = [];
  const known = new Set<string>();
  let waiting = named;
  while (waiting.length > 0) {
    const ready = waiting.filter(({ parameter }) =>
      Object.keys(parameter.when ?? {}).every((name) => known.has(name)),
    );
    if (ready.length === 0) {
      throw new HeddleError({
        who,
        expected: "conditions without a circle",
        received: waiting.map(({ name }) => name).join(", "),
        next: "Remove one of their conditions.",
      });
    }
    for (const one of ready) known.add(one.name);
    done.push(...ready);
    waiting = waiting.filter(({ name }) => !known.has(name));
  }
  return done;
}

type ByName = ReadonlyMap<string, NamedParameter>;

/** Refuses values that a parameter cannot have: the condition would never be true. */
function checkListed(
  who: string,
  what: string,
  byName: ByName,
  name: string,
  values: readonly SweepValue[],
): void {
  const parameter = parameterOf(who, what, byName, name);
  for (const value of values) {
    if (contains(parameter, value)) continue;
    throw new HeddleError({
      who,
      expected: `${what} to list values that ${name} can have`,
      received: shown(value),
      next: `Correct it, or add it to ${name}.`,
    });
  }
}

function checkNames(who: string, constraint: Constraint, byName: ByName): void {
  if ("not" in constraint) {
    for (const [name, wanted] of Object.entries(constraint.not)) {
      checkListed(who, "not", byName, name, listed(wanted));
    }
    return;
  }
  for (const name of namesIn(constraint)) {
    const parameter = parameterOf(who, "the constraint", byName, name);
    const numeric =
      parameter.type !== "category" || parameter.choices.every((one) => typeof one === "number");
    if (numeric) continue;
    throw new HeddleError({
      who,
      expected: "parameters that are numbers",
      received: `the category ${name}`,
      next: 'Use { "not": … } for categories.',
    });
  }
}

function parameterOf(who: string, what: string, byName: ByName, name: string): Parameter {
  const found = byName.get(name);
  if (found) return found.parameter;
  throw new HeddleError({
    who,
    expected: `${what} to name parameters of this space`,
    received: JSON.stringify(name),
    next: didYouMean(name, [...byName.keys()]),
  });
}
