import { HeddleError } from "../base/errors.js";
import { isJsonObject } from "../base/json.js";
import { checkKnownOptions } from "../base/known-options.js";
import { checkValue, finite, shown } from "../base/rules.js";
import type { Condition, SweepValue, Values } from "./parameter.js";

/** A sum of parameters, each times a factor, between bounds. Does not apply to a trial in which one of them is missing. */
export interface SumConstraint {
  readonly sum: Readonly<Record<string, number>>;
  /** @defaultValue no bound */
  readonly atLeast?: number;
  /** @defaultValue no bound */
  readonly atMost?: number;
}

/** A product of parameters between bounds. Does not apply to a trial in which one of them is missing. */
export interface ProductConstraint {
  readonly product: readonly string[];
  /** @defaultValue no bound */
  readonly atLeast?: number;
  /** @defaultValue no bound */
  readonly atMost?: number;
}

/** Values that do not go together: no trial has all of them. */
export interface ExclusionConstraint {
  readonly not: Condition;
}

/** In code, any function of a trial's values. It must depend on nothing else. */
export interface FunctionConstraint {
  /** What holds, for errors: `"warmup below one epoch"`. */
  readonly description: string;
  readonly holds: (values: Values) => boolean;
}

export type Constraint = SumConstraint | ProductConstraint | ExclusionConstraint | FunctionConstraint;

/** Whether values satisfy a constraint. */
export function holds(constraint: Constraint, values: Values): boolean {
  if ("holds" in constraint) return constraint.holds(values);
  if ("not" in constraint) return !satisfies(constraint.not, values);
  let total: number;
  if ("sum" in constraint) {
    total = 0;
    for (const [name, factor] of Object.entries(constraint.sum)) {
      if (values[name] === undefined) return true;
      total += factor * Number(values[name]);
    }
  } else {
    total = 1;
    for (const name of constraint.product) {
      if (values[name] === undefined) return true;
      total *= Number(values[name]);
    }
  }
  const { atLeast = Number.NEGATIVE_INFINITY, atMost = Number.POSITIVE_INFINITY } = constraint;
  return total >= atLeast && total <= atMost;
}

/** Whether each parameter that a condition names has one of its values. */
export function satisfies(condition: Condition, values: Values): boolean {
  return Object.entries(condition).every(([name, wanted]) => listed(wanted).includes(values[name]!));
}

/** The values that a condition lists for a parameter. */
export function listed(wanted: SweepValue | readonly SweepValue[]): readonly SweepValue[] {
  return Array.isArray(wanted) ? wanted : [wanted as SweepValue];
}

/** The parameters that a constraint names; a function's are unknown. */
export function namesIn(constraint: Constraint): readonly string[] {
  if ("holds" in constraint) return [];
  if ("not" in constraint) return Object.keys(constraint.not);
  return "sum" in constraint ? Object.keys(constraint.sum) : constraint.product;
}

/**
 * Checks the form of a constraint, from JSON or from code; the space checks the names in it.
 *
 * @param who the space and the constraint, for errors
 * @throws HeddleError on an unknown key, or a value that does not fit
 */
export function readConstraint(who: string, source: unknown): Constraint {
  const object = typeof source === "object" && source !== null ? (source as Record<string, unknown>) : {};
  if (typeof object["holds"] === "function") {
    checkKnownOptions(who, object, ["description", "holds"]);
    return source as FunctionConstraint;
  }
  const form = ["sum", "product", "not"].find((key) => key in object);
  if (form === "not") {
    checkKnownOptions(who, object, ["not"]);
    if (!isJsonObject(object["not"]) || Object.keys(object["not"]).length === 0) {
      throw unknownForm(who, shown(object["not"]));
    }
    return source as ExclusionConstraint;
  }
  if (form === undefined) throw unknownForm(who, shown(source));
  checkKnownOptions(who, object, [form, "atLeast", "atMost"]);
  const terms = object[form];
  const fits =
    form === "sum"
      ? isJsonObject(terms) && Object.keys(terms).length > 0 && Object.values(terms).every(finite.accepts)
      : Array.isArray(terms) && terms.length > 0 && terms.every((name) => typeof name === "string");
  if (!fits) throw unknownForm(who, shown(terms));
  for (const bound of ["atLeast", "atMost"]) {
    if (object[bound] !== undefined) checkValue(who, bound, object[bound], finite);
  }
  if (object["atLeast"] !== undefined || object["atMost"] !== undefined) {
    return source as SumConstraint | ProductConstraint;
  }
  throw new HeddleError({
    who,
    expected: "atLeast, atMost or both",
    received: "neither",
    next: "Add a bound, or remove the constraint.",
  });
}

function unknownForm(who: string, received: string): HeddleError {
  return new HeddleError({
    who,
    expected: "a sum, a product, or values that do not go together",
    received,
    next:
      'Write { "sum": { "l1": 1, "l2": 1 }, "atMost": 0.01 }, { "product": ["epochs", "batchSize"], "atMost": 4096 } ' +
      'or { "not": { "optimizer": "sgd", "schedule": "cosine" } }, say.',
  });
}
