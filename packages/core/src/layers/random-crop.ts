import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { SizedImageLayer } from "./sized-image-layer.js";

/**
 * In training takes a random window of each image. Otherwise, and where images are smaller than the window, takes the
 * largest window in the middle with the same proportions and resizes it. Which windows depends only on the model's seed
 * and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, height, width, C]`.
 *
 * @example
 * new RandomCrop(24, 24).outputShape([28, 28, 1]); // [24, 24, 1]
 */
export class RandomCrop extends SizedImageLayer {
  readonly className = "RandomCrop";

  static fromConfig(config: JsonObject): RandomCrop {
    const options = layerOptions(config);
    return checkedLayer(
      config,
      new RandomCrop(numberIn(config, "height"), numberIn(config, "width"), options),
    );
  }

  override lower(): OpNode[] {
    return [{ op: "randomCrop", owner: this.name, P: this.height, Q: this.width, layer: this.position }];
  }
}
