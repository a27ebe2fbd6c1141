import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkDropoutRate } from "./dropout.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";

/**
 * In training sets a random share of an image's channels to zero and scales the others up by 1 / (1 − rate); passes
 * everything on otherwise. Draws as `Dropout` does, once for each channel.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * Tompson et al., "Efficient Object Localization Using Convolutional Networks" (CVPR 2015).
 *
 * @example
 * new SpatialDropout2D(0.2).outputShape([12, 12, 32]); // [12, 12, 32]
 */
export class SpatialDropout2D extends RandomImageLayer {
  readonly className = "SpatialDropout2D";
  protected override readonly positional: readonly string[] = ["rate"];

  /**
   * @param rate share of the channels to drop, 0 ≤ rate < 1
   * @throws HeddleError for other rates
   */
  constructor(
    readonly rate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkDropoutRate(this.who, rate);
  }

  static fromConfig(config: JsonObject): SpatialDropout2D {
    return checkedLayer(config, new SpatialDropout2D(numberIn(config, "rate"), layerOptions(config)));
  }

  override lower(): OpNode[] {
    return [{ op: "spatialDropout", owner: this.name, rate: this.rate, layer: this.position }];
  }

  override getConfig(): JsonObject {
    // Keras's class takes no `trainable`, and has nothing to train.
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, rate: this.rate };
  }
}
