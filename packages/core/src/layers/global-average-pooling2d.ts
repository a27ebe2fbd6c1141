import { GlobalPooling2D } from "./global-pooling2d.js";

/**
 * The mean of each channel.
 *
 * Input `[batch, H, W, C]`, output `[batch, C]`, or `[batch, 1, 1, C]` with `keepdims`.
 *
 * @example
 * new GlobalAveragePooling2D().outputShape([7, 7, 64]); // [64]
 */
export class GlobalAveragePooling2D extends GlobalPooling2D {
  readonly className = "GlobalAveragePooling2D";
  protected readonly op = "averagePool";
}
