import type { JsonObject } from "../base/json.js";
import { GlobalPooling2D, globalPoolingOptionsIn } from "./global-pooling2d.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The mean of each channel.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, C]`, or `[batch, 1, 1, C]` with `keepdims`.
 *
 * @example
 * new GlobalAveragePooling2D().outputShape([7, 7, 64]); // [64]
 */
export class GlobalAveragePooling2D extends GlobalPooling2D {
  readonly className = "GlobalAveragePooling2D";
  protected readonly op = "averagePool";

  static fromConfig(config: JsonObject): GlobalAveragePooling2D {
    return checkedLayer(config, new GlobalAveragePooling2D(globalPoolingOptionsIn(config)));
  }
}
