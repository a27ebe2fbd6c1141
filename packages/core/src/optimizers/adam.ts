import { booleanIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionValues } from "../base/known-options.js";
import { wholePower } from "../base/math.js";
import { atLeast, belowOne, trueOrFalse } from "../base/rules.js";
import type { KernelCall } from "../ops/emitter.js";
import { checkedOptimizer } from "./ignored-keys.js";
import { Optimizer, type OptimizerOptions, optimizerOptionsIn, type UpdateOperands } from "./optimizer.js";

/** Options of `Adam`; the learning rate is 0.001 by default. */
export interface AdamOptions extends OptimizerOptions {
  /**
   * Decay of the gradient's mean, at least 0 and below 1.
   *
   * @defaultValue `0.9`
   */
  readonly beta1?: number;
  /**
   * Decay of the gradient's mean square, at least 0 and below 1.
   *
   * @defaultValue `0.999`
   */
  readonly beta2?: number;
  /**
   * Keeps the division finite.
   *
   * @defaultValue `1e-7`, as in Keras
   */
  readonly epsilon?: number;
  /**
   * Divides by the largest mean square so far (AMSGrad).
   *
   * @defaultValue `false`
   */
  readonly amsgrad?: boolean;
}

/**
 * Steps scaled by running means of the gradient and of its square.
 *
 * Kingma and Ba, "Adam: A Method for Stochastic Optimization" (ICLR 2015).
 *
 * @example
 * model.compile({ optimizer: new Adam({ learningRate: 1e-3 }), loss: "sparseCategoricalCrossentropy" });
 */
export class Adam extends Optimizer {
  readonly className: string = "Adam";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly amsgrad: boolean;

  /** @throws HeddleError for numbers outside their bounds */
  constructor(options: AdamOptions = {}) {
    super(options, 0.001);
    checkOptionValues(new.target.name, options, {
      beta1: belowOne,
      beta2: belowOne,
      epsilon: atLeast(0),
      amsgrad: trueOrFalse,
    });
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
    this.amsgrad = options.amsgrad ?? false;
  }

  static fromConfig(config: JsonObject): Adam {
    return checkedOptimizer(config, new Adam(adamOptionsIn(config)));
  }

  get slots(): number {
    return this.amsgrad ? 3 : 2;
  }

  scalars(step: number, rate: number): readonly number[] {
    return adamScalars(this, step, rate);
  }

  update({ weights: w, gradient: g, slots, scalars, count }: UpdateOperands): KernelCall {
    const [m, v, h] = slots;
    if (h) return ["adamAmsgrad", { w, g, m: m!, v: v!, h, count, scalars }];
    return ["adam", { w, g, m: m!, v: v!, count, scalars }];
  }

  override getConfig() {
    const { beta1, beta2, epsilon, amsgrad } = this;
    return { ...super.getConfig(), beta_1: beta1, beta_2: beta2, epsilon, amsgrad };
  }
}

/** The options of a Keras configuration. */
export function adamOptionsIn(config: JsonObject): AdamOptions {
  return {
    ...optimizerOptionsIn(config),
    ...numbersIn(config, "beta_1", "beta_2", "epsilon"),
    amsgrad: booleanIn(config, "amsgrad", false),
  };
}

/** What the kernel `adam` reads in a step. */
export function adamScalars(
  { beta1, beta2, epsilon }: { readonly beta1: number; readonly beta2: number; readonly epsilon: number },
  step: number,
  rate: number,
): readonly number[] {
  const alpha = (rate * Math.sqrt(1 - wholePower(beta2, step))) / (1 - wholePower(beta1, step));
  return [alpha, 1 - beta1, 1 - beta2, epsilon];
}
