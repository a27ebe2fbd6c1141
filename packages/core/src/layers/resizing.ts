import { numberIn, optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { type Interpolation, interpolations } from "../ops/random-affine.js";
import { windowOfAspect } from "../ops/resize.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { trueOrFalse } from "./options.js";
import { oneOf } from "./range.js";
import { SizedImageLayer } from "./sized-image-layer.js";

export interface ResizingOptions extends LayerOptions {
  /**
   * How values between pixels are read: `"bilinear"` or `"nearest"`.
   *
   * @defaultValue `"bilinear"`
   */
  readonly interpolation?: Interpolation;
  /**
   * Keeps the proportions: crops to the largest window in the middle that has the output's.
   *
   * @defaultValue `false`
   */
  readonly cropToAspectRatio?: boolean;
}

/**
 * Resizes images, pixel centres on pixel centres, without antialiasing.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, height, width, C]`.
 *
 * @example
 * new Resizing(32, 32).outputShape([28, 28, 1]); // [32, 32, 1]
 */
export class Resizing extends SizedImageLayer {
  readonly className = "Resizing";
  readonly interpolation: Interpolation;
  readonly cropToAspectRatio: boolean;

  /**
   * @param height of the output, in pixels
   * @param width of the output, in pixels
   * @throws HeddleError for sizes below 1 and unknown interpolations
   */
  constructor(height: number, width: number, options: ResizingOptions = {}) {
    super(height, width, options);
    const { interpolation = "bilinear" } = options;
    this.interpolation = oneOf(this.who, "interpolation", interpolations, interpolation);
    this.cropToAspectRatio = trueOrFalse(this.who, "cropToAspectRatio", options.cropToAspectRatio, false);
  }

  static fromConfig(config: JsonObject): Resizing {
    return checkedLayer(
      config,
      new Resizing(numberIn(config, "height"), numberIn(config, "width"), {
        ...layerOptions(config),
        ...optionsIn(config, "interpolation", "crop_to_aspect_ratio"),
      }),
    );
  }

  override lower(input: Shape): OpNode[] {
    const [H, W] = imageShape(this.who, input);
    const { height: P, width: Q, interpolation } = this;
    const window = this.cropToAspectRatio
      ? windowOfAspect(H, W, P, Q)
      : { top: 0, left: 0, height: H, width: W };
    return [{ op: "resize", owner: this.name, window, P, Q, interpolation }];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      interpolation: this.interpolation,
      crop_to_aspect_ratio: this.cropToAspectRatio,
    };
  }
}
