import type { JsonObject } from "../base/json.js";
import { optionsObject } from "../base/known-options.js";
import { wholePower } from "../base/math.js";
import { Adam, type AdamOptions, adamOptionsIn } from "./adam.js";
import { checkedOptimizer } from "./ignored-keys.js";

/**
 * Adam with decoupled weight decay, 0.004 by default; weights and biases alike unless `excludeFromWeightDecay` says
 * otherwise.
 *
 * Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (ICLR 2019).
 *
 * @example
 * model.compile({ optimizer: new AdamW({ learningRate: 1e-3, weightDecay: 0.01 }) });
 */
export class AdamW extends Adam {
  override readonly className = "AdamW";

  /** @param options as for `Adam`; `weightDecay` is 0.004 by default */
  constructor(options: AdamOptions = {}) {
    super({ weightDecay: 0.004, ...optionsObject("AdamW", options, ["learningRate"]) });
  }

  static override fromConfig(config: JsonObject): AdamW {
    return checkedOptimizer(config, new AdamW(adamOptionsIn(config)));
  }

  /** As Keras computes them: the powers of the decays, by which the moments are corrected, are numbers of 32 bits. */
  override scalars(step: number, rate: number): readonly number[] {
    const { beta1, beta2, epsilon } = this;
    const left = (beta: number) => 1 - Math.fround(wholePower(Math.fround(beta), step));
    const alpha = (rate * Math.sqrt(left(beta2))) / left(beta1);
    return [alpha, 1 - beta1, 1 - beta2, epsilon];
  }
}
