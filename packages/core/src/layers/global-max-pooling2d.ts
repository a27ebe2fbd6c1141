import type { JsonObject } from "../base/json.js";
import { GlobalPooling2D, globalPoolingOptionsIn } from "./global-pooling2d.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The largest value of each channel. The gradient goes to the first of equals.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, C]`, or `[batch, 1, 1, C]` with `keepdims`.
 *
 * @example
 * new GlobalMaxPooling2D().outputShape([7, 7, 64]); // [64]
 */
export class GlobalMaxPooling2D extends GlobalPooling2D {
  readonly className = "GlobalMaxPooling2D";
  protected readonly op = "maxPool";

  static fromConfig(config: JsonObject): GlobalMaxPooling2D {
    return checkedLayer(config, new GlobalMaxPooling2D(globalPoolingOptionsIn(config)));
  }
}
