import type { JsonObject } from "../base/json.js";
import type { RandomMap } from "../ops/random-affine.js";
import { RandomAffineLayer, type RandomAffineLayerOptions } from "./random-affine-layer.js";
import { drawRange, type Range } from "./range.js";

/**
 * In training turns each image around its middle by a random angle; passes images on otherwise. The angles depend on
 * the model's seed and the step alone.
 *
 * Input and output `[batch, H, W, C]`.
 *
 * @example
 * new RandomRotation(0.05).outputShape([28, 28, 1]); // [28, 28, 1], turned by up to 18° either way
 */
export class RandomRotation extends RandomAffineLayer {
  protected override readonly positional: readonly string[] = ["factor"];
  readonly factor: Range;

  /** @param factor part of a whole turn within −1 … 1, counter-clockwise: `[low, high]`, or one number for both ways */
  constructor(factor: number | Range, options: RandomAffineLayerOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", factor, [-1, 1]);
  }

  override get className() {
    return "RandomRotation";
  }

  protected override map(): RandomMap {
    return { kind: "rotation", turns: this.factor };
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), factor: this.factor };
  }
}
