import type { JsonObject } from "../base/json.js";
import { layerOptions } from "./config.js";
import { ElementwiseMergeLayer } from "./elementwise-merge-layer.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The mean of its inputs, element by element.
 *
 * Input shape: two or more, `[batch, …]`, of one size along each axis, or of size 1, which repeats. Those with fewer axes
 * have sizes of 1 before their own.
 *
 * Output shape: the largest size along each axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Average().apply([x, new Conv2D(32, 3, { padding: "same" }).apply(x)]).shape; // [14, 14, 32]
 */
export class Average extends ElementwiseMergeLayer {
  readonly className = "Average";
  protected override readonly op = "average";

  static fromConfig(config: JsonObject): Average {
    return checkedLayer(config, new Average(layerOptions(config)));
  }
}
