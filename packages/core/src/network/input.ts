import type { Shape } from "../base/shape.js";
import { checkedShape } from "../layers/input.js";

/**
 * The first entry of a `Sequential` model: the shape of one sample.
 *
 * @example
 * new Input([28, 28, 1]).shape; // [28, 28, 1]
 */
export class Input {
  readonly shape: Shape;

  /** @param shape sizes without the batch: `[height, width, channels]` */
  constructor(shape: Shape) {
    this.shape = checkedShape("Input", shape);
  }
}
