import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type Registry, serialize } from "../base/registry.js";
import { wholeNumber } from "../base/shape.js";
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
  const pair = typeof value === "number" ? [value, value] : value;
  if (pair.length !== 2) {
    throw new HeddleError({
      who,
      expected: `${name} to be a number or [height, width]`,
      received: JSON.stringify(value),
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
    received: JSON.stringify(value),
    next: "Correct padding.",
  });
}

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
}

/** Checked KernelOptions. */
export interface KernelSettings {
  readonly activation: ActivationName;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  readonly kernelRegularizer: Regularizer | undefined;
}

export function kernelSettings(who: string, options: KernelOptions): KernelSettings {
  return {
    activation: activationOf(who, options.activation),
    useBias: options.useBias ?? true,
    kernelInitializer: resolve(who, initializers, options.kernelInitializer ?? "GlorotUniform"),
    biasInitializer: resolve(who, initializers, options.biasInitializer ?? "Zeros"),
    kernelRegularizer:
      options.kernelRegularizer === undefined
        ? undefined
        : resolve(who, regularizers, options.kernelRegularizer),
  };
}

/** KernelSettings under Keras's names. */
export function kernelConfig(settings: KernelSettings): JsonObject {
  const { kernelRegularizer } = settings;
  return {
    activation: kerasActivation(settings.activation),
    use_bias: settings.useBias,
    kernel_initializer: serialize(settings.kernelInitializer),
    bias_initializer: serialize(settings.biasInitializer),
    kernel_regularizer: kernelRegularizer ? serialize(kernelRegularizer) : null,
  };
}

/** KernelOptions from a Keras configuration. */
export function kernelOptions(who: string, config: JsonObject): KernelOptions {
  const kernelInitializer = config["kernel_initializer"];
  const biasInitializer = config["bias_initializer"];
  const kernelRegularizer = config["kernel_regularizer"];
  const one = <T>(registry: Registry<T>, value: unknown) =>
    typeof value === "string" ? registry.create(who, value) : registry.deserialize(who, value);
  return {
    activation: activationIn(who, config),
    useBias: config["use_bias"] !== false,
    ...(kernelInitializer ? { kernelInitializer: one(initializers, kernelInitializer) } : {}),
    ...(biasInitializer ? { biasInitializer: one(initializers, biasInitializer) } : {}),
    ...(kernelRegularizer ? { kernelRegularizer: one(regularizers, kernelRegularizer) } : {}),
  };
}

function resolve<T>(who: string, registry: Registry<T>, value: T | string): T {
  return typeof value === "string" ? registry.create(who, value) : value;
}
