import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";

/**
 * In training takes a random window of each image. Otherwise, and where images are smaller than the window, takes the
 * largest window in the middle with the same proportions and resizes it. Which windows depends on the model's seed
 * and the step alone.
 *
 * Input `[batch, H, W, C]`, output `[batch, height, width, C]`.
 *
 * @example
 * new RandomCrop(24, 24).outputShape([28, 28, 1]); // [24, 24, 1]
 */
export class RandomCrop extends RandomImageLayer {
  readonly className = "RandomCrop";
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
    return [this.height, this.width, super.outputShape(input)[2]!];
  }

  override lower(): OpNode[] {
    return [{ op: "randomCrop", owner: this.name, P: this.height, Q: this.width, layer: this.number }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), height: this.height, width: this.width };
  }
}
