import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { camelCased } from "../base/known-options.js";
import { type Registry, serialize } from "../base/registry.js";
import { shown } from "../base/rules.js";
import { type Constraint, type ConstraintName, constraints } from "../constraints/index.js";
import { type Initializer, type InitializerName, initializers } from "../initializers/index.js";
import { type Regularizer, type RegularizerName, regularizers } from "../regularizers/index.js";

/** A weight's initializer, regularizer and constraint. */
export interface WeightRules {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
}

/** A weight's rules as options give them: instances or names; no penalty and no constraint by default. */
interface RuleOptions {
  readonly initializer: Initializer | InitializerName;
  readonly regularizer?: Regularizer | RegularizerName | undefined;
  readonly constraint?: Constraint | ConstraintName | undefined;
}

/** Checks the rules of a weight: of `kernel`, the options `kernelInitializer`, `kernelRegularizer`, … */
export function weightRules(who: string, weight: string, options: RuleOptions): WeightRules {
  const { initializer, regularizer, constraint } = options;
  return {
    initializer: resolve(who, `${weight}Initializer`, initializers, initializer, "initialize"),
    regularizer: regularizerOf(who, `${weight}Regularizer`, regularizer),
    constraint: isSet(constraint)
      ? resolve(who, `${weight}Constraint`, constraints, constraint, "project")
      : undefined,
  };
}

/** Checks a regularizer, if there is one. */
export function regularizerOf(
  who: string,
  name: string,
  value: Regularizer | RegularizerName | undefined,
): Regularizer | undefined {
  return isSet(value) ? resolve(who, name, regularizers, value, "l1") : undefined;
}

/** The rules of weights as Keras writes them: `kernel_initializer`, `bias_initializer`, `kernel_regularizer`, … */
export function rulesConfig(weights: Readonly<Record<string, WeightRules>>): JsonObject {
  const rules = ["initializer", "regularizer", "constraint"] as const;
  const entries = rules.flatMap((rule) =>
    Object.entries(weights).map(([weight, { [rule]: value }]) => [
      `${weight}_${rule}`,
      value ? serialize(value) : null,
    ]),
  );
  return Object.fromEntries(entries) as JsonObject;
}

/** Options with the rules of these weights that a Keras configuration has: the reverse of `rulesConfig`. */
export function rulesIn(who: string, config: JsonObject, ...weights: readonly string[]): object {
  const options: Record<string, unknown> = {};
  for (const weight of weights) {
    for (const [rule, registry] of Object.entries(RULES)) {
      const name = `${weight}_${rule}`;
      const value = config[name];
      // Keras writes null where there is no penalty or constraint; initial values there always are.
      if (value === undefined || (value === null && rule !== "initializer")) continue;
      options[camelCased(name)] =
        typeof value === "string"
          ? registry.create(`${who}, ${name}`, value)
          : registry.deserialize(`${who}, ${name}`, value);
    }
  }
  return options;
}

const RULES: Readonly<Record<string, Registry<unknown>>> = {
  initializer: initializers,
  regularizer: regularizers,
  constraint: constraints,
};

/** Whether there is a rule: null is none, as in Keras. */
function isSet<T>(value: T | undefined): value is T {
  return value !== undefined && value !== null;
}

/** A rule by its name, or an instance, which has a `member`: from JavaScript it may be anything. */
function resolve<T extends object>(
  who: string,
  name: string,
  registry: Registry<T>,
  value: T | string,
  member: keyof T & string,
): T {
  if (typeof value === "string") return registry.create(`${who}, ${name}`, value);
  if (typeof value === "object" && value !== null && member in value) return value;
  throw new HeddleError({
    who,
    expected: `${name} as a name or an instance`,
    received: shown(value),
    next: "Pass an instance, created with new, or a name.",
  });
}
