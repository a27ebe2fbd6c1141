import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import { layerOptions } from "./config.js";
import { ElementwiseMergeLayer } from "./elementwise-merge-layer.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The first input less the second, element by element.
 *
 * Input shape: two, `[batch, …]`, of one size along each axis, or of size 1, which repeats. One with fewer axes
 * has sizes of 1 before its own.
 *
 * Output shape: the largest size along each axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Subtract().apply([x, new Conv2D(32, 3, { padding: "same" }).apply(x)]).shape; // [14, 14, 32]
 */
export class Subtract extends ElementwiseMergeLayer {
  readonly className = "Subtract";
  protected override readonly op = "subtract";

  static fromConfig(config: JsonObject): Subtract {
    return checkedLayer(config, new Subtract(layerOptions(config)));
  }

  protected override mergedShape(inputs: readonly Shape[]): Shape {
    if (inputs.length === 2) return super.mergedShape(inputs);
    throw this.fault("two inputs", String(inputs.length), "Apply it to a list of two.");
  }
}
