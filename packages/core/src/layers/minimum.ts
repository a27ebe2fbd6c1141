import type { JsonObject } from "../base/json.js";
import { layerOptions } from "./config.js";
import { ElementwiseMergeLayer } from "./elementwise-merge-layer.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The smallest of its inputs, element by element. Of equal ones, the first has the gradient.
 *
 * Input shape: two or more, `[batch, …]`, of one size along each axis, or of size 1, which repeats. Those with fewer axes
 * have sizes of 1 before their own.
 *
 * Output shape: the largest size along each axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Minimum().apply([x, new Conv2D(32, 3, { padding: "same" }).apply(x)]).shape; // [14, 14, 32]
 */
export class Minimum extends ElementwiseMergeLayer {
  readonly className = "Minimum";
  protected override readonly op = "minimum";

  static fromConfig(config: JsonObject): Minimum {
    return checkedLayer(config, new Minimum(layerOptions(config)));
  }
}
