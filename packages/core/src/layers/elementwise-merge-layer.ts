import { type Shape, sameShape } from "../base/shape.js";
import { BROADCAST_AXES, broadcastShape } from "../ops/broadcast.js";
import type { ElementwiseMerge } from "../ops/elementwise-merge.js";
import type { MergeNode } from "../ops/merge.js";
import { MergeLayer } from "./merge-layer.js";

/**
 * A merge of two inputs or more, element by element. As in NumPy, an input with fewer axes than another has sizes of 1
 * before its own, and along an axis of size 1 an input repeats.
 */
export abstract class ElementwiseMergeLayer extends MergeLayer {
  /** The op that computes an element. */
  protected abstract readonly op: ElementwiseMerge;

  override lower(): readonly MergeNode[] {
    return [{ op: this.op, owner: this.name }];
  }

  protected override mergedShape(inputs: readonly Shape[]): Shape {
    const shape = broadcastShape(inputs);
    if (!shape) throw this.mismatch("inputs of one size along each axis, or of size 1 there", inputs);
    const isOneShape = inputs.every((one) => sameShape(one, shape));
    if (isOneShape || shape.length <= BROADCAST_AXES) return shape;
    throw this.mismatch(`inputs of one shape, or of at most ${BROADCAST_AXES} axes after the batch`, inputs);
  }
}
