import { HeddleError } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { checkKnownOptions } from "../base/known-options.js";
import { checkValue, finite, oneOf, type Rule, shown, trueOrFalse } from "../base/rules.js";

/** What one parameter of a trial can be. */
export type SweepValue = string | number | boolean | null;

/** The values of a trial, by parameter; those whose condition is false are missing. */
export type Values = Readonly<Record<string, SweepValue>>;

/** When a parameter exists: each parameter named has the value, or one of the values. */
export type Condition = Readonly<Record<string, SweepValue | readonly SweepValue[]>>;

/** A number between two bounds, both included. */
export interface FloatParameter {
  readonly type: "float";
  readonly low: number;
  readonly high: number;
  /**
   * Whether equal ratios are equally likely, instead of equal differences. `low` is above 0 then, and there is no `step`.
   *
   * @defaultValue false
   */
  readonly log?: boolean;
  /**
   * The distance between two values, counted from `low`.
   *
   * @defaultValue any value between the bounds
   */
  readonly step?: number;
  /** @defaultValue always */
  readonly when?: Condition;
}

/** A whole number between two bounds, both included. */
export interface IntegerParameter {
  readonly type: "integer";
  readonly low: number;
  readonly high: number;
  /**
   * Whether equal ratios are equally likely, instead of equal differences. `low` is at least 1 then, and `step` is 1.
   *
   * @defaultValue false
   */
  readonly log?: boolean;
  /**
   * The distance between two values, counted from `low`.
   *
   * @defaultValue 1
   */
  readonly step?: number;
  /** @defaultValue always */
  readonly when?: Condition;
}

/** One of several values without an order. */
export interface CategoryParameter {
  readonly type: "category";
  readonly choices: readonly SweepValue[];
  /** @defaultValue always */
  readonly when?: Condition;
}

export type Parameter = FloatParameter | IntegerParameter | CategoryParameter;

/** Settings of a recipe by the names of choices. */
export type NamedSettings = Readonly<Record<string, JsonObject>>;

/** A category whose choices each set several settings of a recipe. A trial's value is the name of its choice. */
export interface NamedChoices {
  readonly type: "category";
  readonly choices: NamedSettings;
  /** @defaultValue always */
  readonly when?: Condition;
}

/** A parameter, as definitions have it. */
export type ParameterOptions = Parameter | NamedChoices;

/** A parameter, read. */
export interface ReadParameter {
  readonly parameter: Parameter;
  /** What its choices set, where they have names. */
  readonly sets?: NamedSettings;
}

const wholeNumber: Rule = { expected: "a whole number", accepts: Number.isSafeInteger };

/** More values than this are not told apart: a bound on lists and loops. */
const MAXIMUM_VALUES = 2 ** 31;

const keys = {
  float: ["type", "low", "high", "log", "step", "when"],
  integer: ["type", "low", "high", "log", "step", "when"],
  category: ["type", "choices", "when"],
} as const;

/**
 * Checks one parameter, from JSON or from code.
 *
 * @param who the space and the parameter, for errors
 * @throws HeddleError on an unknown key, or a value that does not fit
 */
export function readParameter(who: string, source: unknown): ReadParameter {
  if (!isJsonObject(source)) {
    throw new HeddleError({
      who,
      expected: "a parameter",
      received: shown(source),
      next: 'Write { "type": "float", "low": 0, "high": 1 }, say.',
    });
  }
  const type = source["type"] as Parameter["type"];
  checkValue(who, "type", type, oneOf("float", "integer", "category"));
  checkKnownOptions(who, source, keys[type]);
  if (source["when"] !== undefined) checkCondition(who, source["when"]);
  const { choices } = source;
  if (type === "category" && isJsonObject(choices)) {
    const sets = checkNamed(who, choices);
    return { parameter: { ...source, type, choices: Object.keys(sets) }, sets };
  }
  if (type === "category") checkChoices(who, choices);
  else checkRange(who, type, source);
  return { parameter: source as unknown as Parameter }; // checked
}

function checkNamed(who: string, choices: JsonObject): NamedSettings {
  const entries = Object.entries(choices);
  const next = 'Write { "small": { "batchSize": 16 }, "large": { "batchSize": 128 } }, say.';
  if (entries.length === 0) throw fault(who, "one or more choices", "none", next);
  for (const [name, settings] of entries) {
    if (isJsonObject(settings)) continue;
    throw fault(who, `the choice ${JSON.stringify(name)} to be settings of a recipe`, shown(settings), next);
  }
  return choices as NamedSettings; // checked
}

function checkRange(who: string, type: "float" | "integer", source: JsonObject): void {
  const rule = type === "float" ? finite : wholeNumber;
  const low = checkValue(who, "low", source["low"], rule) as number;
  const high = checkValue(who, "high", source["high"], rule) as number;
  const { log = false, step } = source;
  checkValue(who, "log", log, trueOrFalse);
  if (step !== undefined) {
    checkValue(who, "step", step, rule);
    checkValue(who, "step", step, { expected: "above 0", accepts: (value) => (value as number) > 0 });
  }
  if (high < low)
    throw fault(who, `high to be at least low, ${low}`, String(high), "Swap them, or correct one.");
  if (log && step !== undefined && !(type === "integer" && step === 1)) {
    throw fault(who, "log or a step, not both", `step ${step}`, "Remove one of the two.");
  }
  const least = type === "float" ? Number.MIN_VALUE : 1;
  if (log && low < least) {
    const expected =
      type === "float"
        ? "low to be above 0, because log is true"
        : "low to be at least 1, because log is true";
    throw fault(who, expected, String(low), "Raise low, or remove log.");
  }
  if (
    (high - low) / ((step as number | undefined) ?? 1) >= MAXIMUM_VALUES &&
    (type === "integer" || step !== undefined)
  ) {
    throw fault(
      who,
      `at most ${MAXIMUM_VALUES} values`,
      `${low} to ${high}`,
      "Narrow the range, or widen the step.",
    );
  }
}

function checkChoices(who: string, choices: unknown): void {
  const expected = "a list of one or more texts, numbers, true or false, or settings by name";
  const accepts = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isSweepValue);
  const list = checkValue(who, "choices", choices, { expected, accepts }) as readonly SweepValue[];
  const twice = list.find((choice, index) => list.indexOf(choice) !== index);
  if (twice !== undefined)
    throw fault(who, "choices that differ", `${shown(twice)} twice`, "Remove one of the two.");
}

function checkCondition(who: string, when: unknown): void {
  const next = 'Write { "optimizer": ["sgd", "rmsprop"] }, say.';
  if (!isJsonObject(when)) throw fault(who, "when to name parameters and values", shown(when), next);
  for (const [name, wanted] of Object.entries(when)) {
    const values = Array.isArray(wanted) ? wanted : [wanted];
    if (values.length > 0 && values.every(isSweepValue)) continue;
    throw fault(who, `when to list values of ${name}`, shown(wanted), next);
  }
}

function isSweepValue(value: unknown): value is SweepValue {
  return (
    value === null ||
    ["string", "boolean"].includes(typeof value) ||
    (typeof value === "number" && Number.isFinite(value))
  );
}

function fault(who: string, expected: string, received: string, next: string): HeddleError {
  return new HeddleError({ who, expected, received, next });
}
