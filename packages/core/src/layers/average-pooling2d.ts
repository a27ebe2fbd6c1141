import { Pooling2D } from "./pooling2d.js";

/**
 * The mean of each window. Where padding `"same"` has the edge cut a window off, the mean is that of what is left.
 *
 * Input `[batch, H, W, C]`, output `[batch, P, Q, C]`.
 *
 * @example
 * new AveragePooling2D(2).outputShape([24, 24, 32]); // [12, 12, 32]
 */
export class AveragePooling2D extends Pooling2D {
  protected readonly op = "averagePool";

  override get className() {
    return "AveragePooling2D";
  }
}
