import type { JsonObject } from "../base/json.js";
import { layerOptions } from "./config.js";
import { ElementwiseMergeLayer } from "./elementwise-merge-layer.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The largest of its inputs, element by element. Of equal ones, the first has the gradient.
 *
 * Input shape: two or more, `[batch, …]`, of one size along each axis, or of size 1, which repeats. Those with fewer axes
 * have sizes of 1 before their own.
 *
 * Output shape: the largest size along each axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Maximum().apply([x, new Conv2D(32, 3, { padding: "same" }).apply(x)]).shape; // [14, 14, 32]
 */
export class Maximum extends ElementwiseMergeLayer {
  readonly className = "Maximum";
  protected override readonly op = "maximum";

  static fromConfig(config: JsonObject): Maximum {
    return checkedLayer(config, new Maximum(layerOptions(config)));
  }
}
