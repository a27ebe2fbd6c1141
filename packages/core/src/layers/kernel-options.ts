import { booleanIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Constraint, ConstraintName } from "../constraints/index.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import {
  type ActivationName,
  type ActivationOption,
  activationIn,
  activationOf,
  kerasActivation,
} from "./activation-names.js";
import { trueOrFalse, withDefault } from "./options.js";
import { rulesIn, type WeightRules, weightRules } from "./weight-rules.js";

/** Options of layers that add a bias and end in an activation. */
export interface BiasOptions {
  /**
   * By Heddle's or Keras's name.
   *
   * @defaultValue `"linear"`
   */
  readonly activation?: ActivationOption;
  /**
   * Whether a bias is added.
   *
   * @defaultValue `true`
   */
  readonly useBias?: boolean;
  /**
   * Initial values of the bias.
   *
   * @defaultValue `"zeros"`
   */
  readonly biasInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the bias's size.
   *
   * @defaultValue none
   */
  readonly biasRegularizer?: Regularizer | RegularizerName;
  /**
   * Constraint on the bias, applied after each update.
   *
   * @defaultValue none
   */
  readonly biasConstraint?: Constraint | ConstraintName;
}

/** Options of layers with a kernel and a bias. */
export interface KernelOptions extends BiasOptions {
  /**
   * Initial values of the kernel.
   *
   * @defaultValue `"glorotUniform"`
   */
  readonly kernelInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the kernel's size.
   *
   * @defaultValue none
   */
  readonly kernelRegularizer?: Regularizer | RegularizerName;
  /**
   * Constraint on the kernel, applied after each update.
   *
   * @defaultValue none
   */
  readonly kernelConstraint?: Constraint | ConstraintName;
}

/** Checked BiasOptions. */
export interface BiasSettings {
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly bias: WeightRules;
}

export function biasSettings(who: string, options: BiasOptions): BiasSettings {
  return {
    activation: activationOf(who, options.activation),
    useBias: trueOrFalse(who, "useBias", options.useBias, true),
    bias: weightRules(who, "bias", {
      initializer: withDefault(options.biasInitializer, "Zeros"),
      regularizer: options.biasRegularizer,
      constraint: options.biasConstraint,
    }),
  };
}

/** Activation and `useBias` under Keras's names. */
export function activationConfig({ activation, useBias }: BiasSettings): JsonObject {
  return { activation: kerasActivation(activation), use_bias: useBias };
}

/** BiasOptions from a Keras configuration, and the rules of the weights of these names. */
export function biasOptionsIn(who: string, config: JsonObject, ...weights: readonly string[]): BiasOptions {
  return {
    activation: activationIn(who, config),
    useBias: booleanIn(config, "use_bias", true),
    ...rulesIn(who, config, "bias", ...weights),
  };
}

/** The rules of a kernel. */
export function kernelRules(who: string, options: KernelOptions): WeightRules {
  return weightRules(who, "kernel", {
    initializer: withDefault(options.kernelInitializer, "GlorotUniform"),
    regularizer: options.kernelRegularizer,
    constraint: options.kernelConstraint,
  });
}
