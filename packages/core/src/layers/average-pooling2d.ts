import type { JsonObject } from "../base/json.js";
import { checkedLayer } from "./ignored-keys.js";
import { Pooling2D, poolingOptionsIn, poolSizeIn } from "./pooling2d.js";

/**
 * The mean of each window. Where padding `"same"` makes the edge cut a window off, the mean is that of what is left.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, P, Q, C]`; with padding `"valid"`, P = ⌊(H − pool height) / stride⌋ + 1, with `"same"`
 * P = ⌈H / stride⌉, and Q likewise.
 *
 * @example
 * new AveragePooling2D(2).outputShape([24, 24, 32]); // [12, 12, 32]
 */
export class AveragePooling2D extends Pooling2D {
  readonly className = "AveragePooling2D";
  protected readonly op = "averagePool";

  static fromConfig(config: JsonObject): AveragePooling2D {
    return checkedLayer(
      config,
      new AveragePooling2D(poolSizeIn(config), poolingOptionsIn("AveragePooling2D", config)),
    );
  }
}
