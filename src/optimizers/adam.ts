import { wholePower } from "../base/math.js";
import type { KernelCall } from "../ops/emitter.js";
import type { Schedule } from "../schedules/index.js";
import { Optimizer, type UpdateOperands } from "./optimizer.js";

export interface AdamOptions {
  /** 0.001 by default. */
  readonly learningRate?: number | Schedule;
  /** Decay of the gradient's mean; 0.9 by default. */
  readonly beta1?: number;
  /** Decay of the gradient's mean square; 0.999 by default. */
  readonly beta2?: number;
  /** Keeps the division finite; 1e-7 by default, as in Keras. */
  readonly epsilon?: number;
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
  readonly className = "Adam";
  readonly slots = 2;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;

  constructor(options: AdamOptions = {}) {
    super(options.learningRate ?? 0.001);
    this.beta1 = options.beta1 ?? 0.9;
    this.beta2 = options.beta2 ?? 0.999;
    this.epsilon = options.epsilon ?? 1e-7;
  }

  scalars(step: number, rate: number): readonly number[] {
    const { beta1, beta2, epsilon } = this;
    const alpha = (rate * Math.sqrt(1 - wholePower(beta2, step))) / (1 - wholePower(beta1, step));
    return [alpha, 1 - beta1, 1 - beta2, epsilon];
  }

  update({ weights, gradient, slots, scalars, count }: UpdateOperands): KernelCall {
    return ["adam", { w: weights, g: gradient, m: slots[0]!, v: slots[1]!, count, scalars }];
  }

  override getConfig() {
    return { ...super.getConfig(), beta_1: this.beta1, beta_2: this.beta2, epsilon: this.epsilon };
  }
}
