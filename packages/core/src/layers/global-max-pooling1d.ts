import type { JsonObject } from "../base/json.js";
import { GlobalPooling1D } from "./global-pooling1d.js";
import { globalPoolingOptionsIn } from "./global-pooling2d.js";
import { checkedLayer } from "./ignored-keys.js";

/**
 * The largest value of each feature.
 *
 * Input shape: `[batch, steps, features]`, such as the patches of an image.
 *
 * Output shape: `[batch, features]`, or `[batch, 1, features]` with `keepdims`.
 *
 * @example
 * new GlobalMaxPooling1D().outputShape([64, 128]); // [128]
 */
export class GlobalMaxPooling1D extends GlobalPooling1D {
  readonly className = "GlobalMaxPooling1D";
  protected readonly op = "maxPool";

  static fromConfig(config: JsonObject): GlobalMaxPooling1D {
    return checkedLayer(config, new GlobalMaxPooling1D(globalPoolingOptionsIn(config)));
  }
}
