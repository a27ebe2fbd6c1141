import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { camelCased } from "../base/known-options.js";
import { type Registry, serialize } from "../base/registry.js";
import { wholeNumber } from "../base/shape.js";
import { type Constraint, constraints } from "../constraints/index.js";
import { type Initializer, initializers } from "../initializers/index.js";
import type { Padding } from "../ops/window.js";
import { type Regularizer, regularizers } from "../regularizers/index.js";
import {
  type ActivationName,
  type ActivationOption,
  activationIn,
  activationOf,
  kerasActivation,
} from "./activation-names.js";

/** One number for both axes, or height and width. */
export type Size2D = number | readonly [height: number, width: number];

/** Checks a size of at least 1 and gives both axes. */
export function size2d(who: string, name: string, value: Size2D): readonly [number, number] {
  const pair: unknown = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2) {
    throw new HeddleError({
      who,
      expected: `${name} to be a number or [height, width]`,
      received: JSON.stringify(value) ?? "nothing",
      next: `Correct ${name}.`,
    });
  }
  return [wholeNumber(who, name, pair[0]), wholeNumber(who, name, pair[1])];
}

/** Checks a padding. */
export function paddingOf(who: string, value: string): Padding {
  if (value === "valid" || value === "same") return value;
  throw new HeddleError({
    who,
    expected: 'padding to be "valid" or "same"',
    received: JSON.stringify(value) ?? "nothing",
    next: "Correct padding.",
  });
}

/** Rules for a weight, by the ends of their names in Keras's configurations. */
const RULES = { initializer: initializers, regularizer: regularizers, constraint: constraints };

/** Options of layers with a kernel and a bias. */
export interface KernelOptions {
  /** By Heddle's or Keras's name; `"linear"` by default. */
  readonly activation?: ActivationOption;
  /** Whether a bias is added; true by default. */
  readonly useBias?: boolean;
  /** `"glorotUniform"` by default. */
  readonly kernelInitializer?: Initializer | string;
  /** `"zeros"` by default. */
  readonly biasInitializer?: Initializer | string;
  /** Penalty on the kernel's size; none by default. */
  readonly kernelRegularizer?: Regularizer | string;
  /** Penalty on the bias's size; none by default. */
  readonly biasRegularizer?: Regularizer | string;
  /** What the kernel is held to after each update; nothing by default. */
  readonly kernelConstraint?: Constraint | string;
  /** The same for the bias. */
  readonly biasConstraint?: Constraint | string;
}

/** Checked KernelOptions. */
export interface KernelSettings {
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
  readonly biasRegularizer: Regularizer | undefined;
  readonly kernelConstraint: Constraint | undefined;
  readonly biasConstraint: Constraint | undefined;
}

export function kernelSettings(who: string, options: KernelOptions): KernelSettings {
  return {
    activation: activationOf(who, options.activation),
    useBias: options.useBias ?? true,
    kernelInitializer: initializerOf(who, options.kernelInitializer ?? "GlorotUniform"),
    biasInitializer: initializerOf(who, options.biasInitializer ?? "Zeros"),
    kernelRegularizer: regularizerOf(who, options.kernelRegularizer),
    biasRegularizer: regularizerOf(who, options.biasRegularizer),
    kernelConstraint: constraintOf(who, options.kernelConstraint),
    biasConstraint: constraintOf(who, options.biasConstraint),
  };
}

/** KernelSettings under Keras's names. */
export function kernelConfig(settings: KernelSettings): JsonObject {
  const one = (rule: Parameters<typeof serialize>[0] | undefined) => (rule ? serialize(rule) : null);
  return {
    activation: kerasActivation(settings.activation),
    use_bias: settings.useBias,
    kernel_initializer: serialize(settings.kernelInitializer),
    bias_initializer: serialize(settings.biasInitializer),
    kernel_regularizer: one(settings.kernelRegularizer),
    bias_regularizer: one(settings.biasRegularizer),
    kernel_constraint: one(settings.kernelConstraint),
    bias_constraint: one(settings.biasConstraint),
  };
}

/** KernelOptions from a Keras configuration. */
export function kernelOptions(who: string, config: JsonObject): KernelOptions {
  return kernelOptionsNamed(who, config, [
    ...(["kernel_initializer", "bias_initializer", "kernel_regularizer"] as const),
    ...(["bias_regularizer", "kernel_constraint", "bias_constraint"] as const),
  ]);
}

/** Activation, bias, and the rules for weights of these names, from a Keras configuration. */
export function kernelOptionsNamed(
  who: string,
  config: JsonObject,
  names: readonly RuleName[],
): Pick<KernelOptions, "activation" | "useBias"> {
  return {
    activation: activationIn(who, config),
    useBias: config["use_bias"] !== false,
    ...rulesNamed(who, config, names),
  };
}

type RuleName = `${string}_${keyof typeof RULES}`;

/** The initializers, regularizers and constraints of these names, from a Keras configuration. */
export function rulesNamed(who: string, config: JsonObject, names: readonly RuleName[]): object {
  const one = <T>(registry: Registry<T>, value: unknown) =>
    typeof value === "string" ? registry.create(who, value) : registry.deserialize(who, value);
  const given = names
    .filter((name) => config[name] !== undefined && config[name] !== null)
    .map((name) => {
      const rule = name.slice(name.lastIndexOf("_") + 1) as keyof typeof RULES;
      return [camelCased(name), one<unknown>(RULES[rule], config[name])];
    });
  return Object.fromEntries(given);
}

/** An initializer, by itself or by its name. */
export function initializerOf(who: string, value: Initializer | string): Initializer {
  return resolve(who, "initializer", initializers, value);
}

/** A regularizer, by itself or by its name; none where there is none. */
export function regularizerOf(who: string, value: Regularizer | string | undefined): Regularizer | undefined {
  return value ? resolve(who, "regularizer", regularizers, value) : undefined;
}

/** A constraint, by itself or by its name; none where there is none. */
export function constraintOf(who: string, value: Constraint | string | undefined): Constraint | undefined {
  return value ? resolve(who, "constraint", constraints, value) : undefined;
}

/** How one weight begins, what its size costs, and what it is held to. */
export interface WeightRules {
  readonly initializer: Initializer;
  readonly regularizer: Regularizer | undefined;
  readonly constraint: Constraint | undefined;
}

/** What the options for a weight's rules begin with. */
type RuledWeight = "depthwise" | "pointwise" | "bias";

type RuleOptions = { readonly [name in `${RuledWeight}Initializer`]?: Initializer | string } & {
  readonly [name in `${RuledWeight}Regularizer`]?: Regularizer | string;
} & { readonly [name in `${RuledWeight}Constraint`]?: Constraint | string };

/** The rules of the weight whose options begin with `prefix`. */
export function weightRules(
  who: string,
  prefix: RuledWeight,
  options: RuleOptions,
  initializer: "GlorotUniform" | "Zeros" = "GlorotUniform",
): WeightRules {
  return {
    initializer: initializerOf(who, options[`${prefix}Initializer` as const] ?? initializer),
    regularizer: regularizerOf(who, options[`${prefix}Regularizer` as const]),
    constraint: constraintOf(who, options[`${prefix}Constraint` as const]),
  };
}

/** What `addWeight` takes behind name and shape of a trained weight. */
export function inOrder({ initializer, regularizer, constraint }: WeightRules) {
  return [initializer, regularizer, true, constraint] as const;
}

/** A weight's rules under Keras's names. */
export function rulesConfig(
  prefix: RuledWeight,
  { initializer, regularizer, constraint }: WeightRules,
): JsonObject {
  return {
    [`${prefix}_initializer`]: serialize(initializer),
    [`${prefix}_regularizer`]: regularizer ? serialize(regularizer) : null,
    [`${prefix}_constraint`]: constraint ? serialize(constraint) : null,
  };
}

/** A rule by its name, or one that is given: from JavaScript it may be anything. */
function resolve<T extends object>(who: string, what: string, registry: Registry<T>, value: T | string): T {
  if (typeof value === "string") return registry.create(who, value);
  if (typeof value === "object" && "getConfig" in value) return value;
  const given: unknown = value;
  throw new HeddleError({
    who,
    expected: `${what} as a name or an instance`,
    received: typeof given === "function" ? `the class ${given.name}` : JSON.stringify(given),
    next: typeof given === "function" ? "Write new before it." : "Give an instance, with new, or a name.",
  });
}
