import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { windowOfAspect } from "../ops/resize.js";
import { imageShape } from "../ops/window.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * Takes the middle of each image; where images are smaller, the largest window in the middle with the output's
 * proportions, resized.
 *
 * Input `[batch, H, W, C]`, output `[batch, height, width, C]`.
 *
 * @example
 * new CenterCrop(24, 24).outputShape([28, 28, 1]); // [24, 24, 1]
 */
export class CenterCrop extends Layer {
  readonly className = "CenterCrop";
  protected override readonly positional: readonly string[] = ["height", "width"];

  /**
   * @param height of the output, in pixels
   * @param width of the output, in pixels
   */
  constructor(
    readonly height: number,
    readonly width: number,
    options: LayerOptions = {},
  ) {
    super(options);
    wholeNumber(this.who, "height", height);
    wholeNumber(this.who, "width", width);
  }

  override outputShape(input: Shape): Shape {
    return [this.height, this.width, imageShape(this.who, input)[2]];
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

  override getConfig(): JsonObject {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}
