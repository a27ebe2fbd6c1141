import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { Layer } from "./layer.js";

/**
 * All of a sample's values in one row.
 *
 * Input `[batch, …]`, output `[batch, product of the rest]`.
 *
 * @example
 * new Flatten().outputShape([12, 12, 32]); // [4608]
 */
export class Flatten extends Layer {
  readonly className = "Flatten";

  override outputShape(input: Shape): Shape {
    return [sizeOf(input)];
  }

  override lower(input: Shape): OpNode[] {
    return [{ op: "reshape", owner: this.name, shape: this.outputShape(input) }];
  }
}
