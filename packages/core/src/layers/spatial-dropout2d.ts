import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { dropoutRate } from "./dropout.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";

/**
 * In training sets a random share of an image's channels to zero and scales the others up by 1 / (1 − rate); passes
 * everything on otherwise. Draws as `Dropout` does, one for each channel.
 *
 * Input and output `[batch, H, W, C]`.
 *
 * Tompson et al., "Efficient Object Localization Using Convolutional Networks" (CVPR 2015).
 *
 * @example
 * new SpatialDropout2D(0.2).outputShape([12, 12, 32]); // [12, 12, 32]
 */
export class SpatialDropout2D extends RandomImageLayer {
  readonly className = "SpatialDropout2D";
  protected override readonly positional: readonly string[] = ["rate"];

  /** @param rate share of the channels to drop, 0 ≤ rate < 1 */
  constructor(
    readonly rate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    dropoutRate(this.who, rate);
  }

  override lower(): OpNode[] {
    return [{ op: "spatialDropout", owner: this.name, rate: this.rate, layer: this.number }];
  }

  override getConfig(): JsonObject {
    // Keras's class takes no `trainable`, and has nothing to train.
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, rate: this.rate };
  }
}
