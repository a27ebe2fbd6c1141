import { GlobalPooling2D } from "./global-pooling2d.js";

/**
 * The largest value of each channel. The gradient goes to the first of equals.
 *
 * Input `[batch, H, W, C]`, output `[batch, C]`, or `[batch, 1, 1, C]` with `keepdims`.
 *
 * @example
 * new GlobalMaxPooling2D().outputShape([7, 7, 64]); // [64]
 */
export class GlobalMaxPooling2D extends GlobalPooling2D {
  readonly className = "GlobalMaxPooling2D";
  protected readonly op = "maxPool";
}
