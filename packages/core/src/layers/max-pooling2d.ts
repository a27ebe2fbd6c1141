import { Pooling2D } from "./pooling2d.js";

/**
 * The largest value of each window.
 *
 * Input `[batch, H, W, C]`, output `[batch, P, Q, C]`.
 *
 * @example
 * new MaxPooling2D(2).outputShape([24, 24, 32]); // [12, 12, 32]
 */
export class MaxPooling2D extends Pooling2D {
  protected readonly op = "maxPool";

  override get className() {
    return "MaxPooling2D";
  }
}
