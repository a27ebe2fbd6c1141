import { booleanIn, numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionValues } from "../base/known-options.js";
import { atLeast, fromTo, trueOrFalse } from "../base/rules.js";
import type { KernelCall } from "../ops/emitter.js";
import { checkedOptimizer } from "./ignored-keys.js";
import { Optimizer, type OptimizerOptions, optimizerOptionsIn, type UpdateOperands } from "./optimizer.js";

/** Options of `RMSprop`; the learning rate is 0.001 by default. */
export interface RMSpropOptions extends OptimizerOptions {
  /**
   * Decay of the gradient's mean square, 0..1.
   *
   * @defaultValue `0.9`
   */
  readonly rho?: number;
  /**
   * Share of the last step that is repeated, 0..1.
   *
   * @defaultValue `0`
   */
  readonly momentum?: number;
  /**
   * Keeps the division finite.
   *
   * @defaultValue `1e-7`
   */
  readonly epsilon?: number;
  /**
   * Divides by the gradient's deviation instead of its root mean square.
   *
   * @defaultValue `false`
   */
  readonly centered?: boolean;
}

/**
 * Steps scaled by the root of the gradient's running mean square.
 *
 * @example
 * model.compile({ optimizer: new RMSprop({ learningRate: 1e-3, momentum: 0.9 }) });
 */
export class RMSprop extends Optimizer {
  readonly className = "RMSprop";
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;

  /** @throws HeddleError for numbers outside their bounds */
  constructor(options: RMSpropOptions = {}) {
    super(options, 0.001);
    checkOptionValues("RMSprop", options, {
      rho: fromTo(0, 1),
      momentum: fromTo(0, 1),
      epsilon: atLeast(0),
      centered: trueOrFalse,
    });
    this.rho = options.rho ?? 0.9;
    this.momentum = options.momentum ?? 0;
    this.epsilon = options.epsilon ?? 1e-7;
    this.centered = options.centered ?? false;
  }

  static fromConfig(config: JsonObject): RMSprop {
    return checkedOptimizer(
      config,
      new RMSprop({
        ...optimizerOptionsIn(config),
        ...numbersIn(config, "rho", "momentum", "epsilon"),
        centered: booleanIn(config, "centered", false),
      }),
    );
  }

  get slots(): number {
    return 1 + (this.centered ? 1 : 0) + (this.momentum > 0 ? 1 : 0);
  }

  scalars(_step: number, rate: number): readonly number[] {
    return [rate, this.rho, 1 - this.rho, this.momentum, this.epsilon];
  }

  update({ weights: w, gradient: g, slots, scalars, count }: UpdateOperands): KernelCall {
    const v = slots[0]!;
    const centered = this.centered ? 1 : 0;
    const momentum = this.momentum > 0 ? 1 : 0;
    // Arrays that the kernel does not touch may be anything.
    return [
      "rmsprop",
      { w, g, v, a: slots[centered]!, u: slots[centered + momentum]!, count, scalars, centered, momentum },
    ];
  }

  override getConfig() {
    const { rho, momentum, epsilon, centered } = this;
    return { ...super.getConfig(), rho, momentum, epsilon, centered };
  }
}
