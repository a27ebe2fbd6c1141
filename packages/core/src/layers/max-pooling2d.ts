import type { JsonObject } from "../base/json.js";
import { checkedLayer } from "./ignored-keys.js";
import { Pooling2D, poolingOptionsIn, poolSizeIn } from "./pooling2d.js";

/**
 * The largest value of each window. The gradient goes to the first of equals.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, P, Q, C]`; with padding `"valid"`, P = ⌊(H − pool height) / stride⌋ + 1, with `"same"`
 * P = ⌈H / stride⌉, and Q likewise.
 *
 * @example
 * new MaxPooling2D(2).outputShape([24, 24, 32]); // [12, 12, 32]
 */
export class MaxPooling2D extends Pooling2D {
  readonly className = "MaxPooling2D";
  protected readonly op = "maxPool";

  static fromConfig(config: JsonObject): MaxPooling2D {
    return checkedLayer(
      config,
      new MaxPooling2D(poolSizeIn(config), poolingOptionsIn("MaxPooling2D", config)),
    );
  }
}
