import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { windowOfAspect } from "../ops/resize.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { SizedImageLayer } from "./sized-image-layer.js";

/**
 * Takes the middle of each image; where images are smaller, the largest window in the middle with the output's
 * proportions, resized.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, height, width, C]`.
 *
 * @example
 * new CenterCrop(24, 24).outputShape([28, 28, 1]); // [24, 24, 1]
 */
export class CenterCrop extends SizedImageLayer {
  readonly className = "CenterCrop";

  static fromConfig(config: JsonObject): CenterCrop {
    const options = layerOptions(config);
    return checkedLayer(
      config,
      new CenterCrop(numberIn(config, "height"), numberIn(config, "width"), options),
    );
  }

  override lower(input: Shape): OpNode[] {
    const [H, W] = imageShape(this.who, input);
    const { height, width } = this;
    const window =
      H >= height && W >= width
        ? { top: Math.floor((H - height) / 2), left: Math.floor((W - width) / 2), height, width }
        : windowOfAspect(H, W, height, width);
    return [{ op: "resize", owner: this.name, window, P: height, Q: width, interpolation: "bilinear" }];
  }
}
