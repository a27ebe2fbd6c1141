import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer } from "./layer.js";

/**
 * All of a sample's values in one row.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: `[batch, product of the other sizes]`.
 *
 * @example
 * new Flatten().outputShape([12, 12, 32]); // [4608]
 */
export class Flatten extends Layer {
  readonly className = "Flatten";

  static fromConfig(config: JsonObject): Flatten {
    return checkedLayer(config, new Flatten(layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    return [sizeOf(input)];
  }

  override lower(input: Shape): OpNode[] {
    return [{ op: "reshape", owner: this.name, shape: this.outputShape(input) }];
  }
}
