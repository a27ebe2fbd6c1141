import type { JsonObject } from "../base/json.js";
import { layerOptions } from "./config.js";
import { ElementwiseMergeLayer } from "./elementwise-merge-layer.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The product of its inputs, element by element, as in squeeze and excitation.
 *
 * Input shape: two or more, `[batch, …]`, of one size along each axis, or of size 1, which repeats. Those with fewer axes
 * have sizes of 1 before their own.
 *
 * Output shape: the largest size along each axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * const gate = new Dense(32, { activation: "sigmoid" }).apply(new GlobalAveragePooling2D().apply(x));
 * new Multiply().apply([x, gate]).shape; // [14, 14, 32]
 */
export class Multiply extends ElementwiseMergeLayer {
  readonly className = "Multiply";
  protected override readonly op = "multiply";

  static fromConfig(config: JsonObject): Multiply {
    return checkedLayer(config, new Multiply(layerOptions(config)));
  }
}
