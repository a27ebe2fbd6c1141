import { booleanIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionValues } from "../base/known-options.js";
import { fromTo, trueOrFalse } from "../base/rules.js";
import type { KernelCall } from "../ops/emitter.js";
import { checkedOptimizer } from "./ignored-keys.js";
import { Optimizer, type OptimizerOptions, optimizerOptionsIn, type UpdateOperands } from "./optimizer.js";

/** Options of `SGD`; the learning rate is 0.01 by default. */
export interface SGDOptions extends OptimizerOptions {
  /**
   * Share of the last step that is repeated, 0..1.
   *
   * @defaultValue `0`
   */
  readonly momentum?: number;
  /**
   * Nesterov's correction of the momentum.
   *
   * @defaultValue `false`
   */
  readonly nesterov?: boolean;
}

/**
 * Stochastic gradient descent, with optional momentum.
 *
 * @example
 * model.compile({ optimizer: new SGD({ learningRate: 0.05, momentum: 0.9 }), loss: "sparseCategoricalCrossentropy" });
 */
export class SGD extends Optimizer {
  readonly className = "SGD";
  readonly momentum: number;
  readonly nesterov: boolean;

  /** @throws HeddleError for numbers outside their bounds */
  constructor(options: SGDOptions = {}) {
    super(options, 0.01);
    checkOptionValues("SGD", options, {
      momentum: fromTo(0, 1),
      nesterov: trueOrFalse,
    });
    this.momentum = options.momentum ?? 0;
    this.nesterov = options.nesterov ?? false;
  }

  static fromConfig(config: JsonObject): SGD {
    return checkedOptimizer(
      config,
      new SGD({
        ...optimizerOptionsIn(config),
        ...numbersIn(config, "momentum"),
        nesterov: booleanIn(config, "nesterov", false),
      }),
    );
  }

  get slots(): number {
    return this.momentum === 0 ? 0 : 1;
  }

  scalars(_step: number, rate: number): readonly number[] {
    return [rate, this.momentum];
  }

  update({ weights, gradient, slots, scalars, count }: UpdateOperands): KernelCall {
    const [velocity] = slots;
    if (velocity === undefined) return ["sgd", { w: weights, g: gradient, count, scalars }];
    return [
      "sgdMomentum",
      { w: weights, g: gradient, v: velocity, count, scalars, nesterov: this.nesterov ? 1 : 0 },
    ];
  }

  override getConfig() {
    return { ...super.getConfig(), momentum: this.momentum, nesterov: this.nesterov };
  }
}
