import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkOptionsOf } from "../base/known-options.js";
import { above } from "../base/rules.js";
import { DifferenceBasedLoss } from "./difference.js";
import { checkedLoss } from "./ignored-keys.js";

/**
 * ½d² where the difference d of output and target is at most `delta`, delta · |d| − ½delta² beyond: squares for small
 * errors, without their weight on large ones. Averaged over the output's elements and the batch.
 *
 * Huber, "Robust Estimation of a Location Parameter" (1964).
 *
 * @example
 * new Huber({ delta: 0.5 }).delta; // 0.5
 */
export class Huber extends DifferenceBasedLoss {
  readonly className = "Huber";
  protected readonly kind = "huber";
  override readonly delta: number;

  /**
   * @param options.delta where the function turns from quadratic to linear, above 0; 1 by default
   * @throws HeddleError when delta is not above 0
   */
  constructor(options: { readonly delta?: number } = {}) {
    super();
    checkOptionsOf(new.target, [Huber], options, { delta: above(0) });
    this.delta = options.delta ?? 1;
  }

  static fromConfig(config: JsonObject): Huber {
    return checkedLoss(config, new Huber({ delta: numberIn(config, "delta", 1) }));
  }

  override getConfig() {
    return { delta: this.delta };
  }
}
