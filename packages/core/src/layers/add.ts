import type { JsonObject } from "../base/json.js";
import { type Shape, sameShape } from "../base/shape.js";
import type { MergeNode } from "../ops/merge.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { MergeLayer } from "./merge-layer.js";

/**
 * The sum of its inputs, as at the end of a residual block.
 *
 * Input shape: two or more of the same shape, `[batch, …]`.
 *
 * Output shape: that shape.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Add().apply([x, new Conv2D(32, 3, { padding: "same" }).apply(x)]).shape; // [14, 14, 32]
 */
export class Add extends MergeLayer {
  readonly className = "Add";

  static fromConfig(config: JsonObject): Add {
    return checkedLayer(config, new Add(layerOptions(config)));
  }

  override lower(): readonly MergeNode[] {
    return [{ op: "add", owner: this.name }];
  }

  protected override mergedShape(inputs: readonly Shape[]): Shape {
    const [first, ...others] = inputs as [Shape, ...Shape[]];
    if (others.every((shape) => sameShape(shape, first))) return first;
    throw this.mismatch("inputs of one shape", inputs);
  }
}
