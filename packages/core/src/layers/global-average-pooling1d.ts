import type { JsonObject } from "../base/json.js";
import { GlobalPooling1D } from "./global-pooling1d.js";
import { globalPoolingOptionsIn } from "./global-pooling2d.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The mean of each feature.
 *
 * Input shape: `[batch, steps, features]`, such as the patches of an image.
 *
 * Output shape: `[batch, features]`, or `[batch, 1, features]` with `keepdims`.
 *
 * @example
 * new GlobalAveragePooling1D().outputShape([64, 128]); // [128]
 */
export class GlobalAveragePooling1D extends GlobalPooling1D {
  readonly className = "GlobalAveragePooling1D";
  protected readonly op = "averagePool";

  static fromConfig(config: JsonObject): GlobalAveragePooling1D {
    return checkedLayer(config, new GlobalAveragePooling1D(globalPoolingOptionsIn(config)));
  }
}
