import type { JsonObject } from "../base/json.js";
import type { RandomMap } from "../ops/random-affine.js";
import { rangeIn } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import {
  affineMapOptionsIn,
  RandomAffineLayer,
  type RandomAffineLayerOptions,
} from "./random-affine-layer.js";
import { drawRange, type Range } from "./range.js";

/**
 * In training turns each image around its middle by a random angle; passes images on otherwise. The angles depend only
 * on the model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomRotation(0.05).outputShape([28, 28, 1]); // [28, 28, 1], turned by up to 18° either way
 */
export class RandomRotation extends RandomAffineLayer {
  readonly className = "RandomRotation";
  protected override readonly positional: readonly string[] = ["factor"];
  readonly factor: Range;

  /**
   * @param factor part of a whole turn within −1 … 1, counter-clockwise: `[low, high]`, or one number for both ways
   * @throws HeddleError for factors outside −1 … 1 and unknown names
   */
  constructor(factor: number | Range, options: RandomAffineLayerOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", factor, [-1, 1]);
  }

  static fromConfig(config: JsonObject): RandomRotation {
    return checkedLayer(config, new RandomRotation(rangeIn(config, "factor"), affineMapOptionsIn(config)));
  }

  protected override map(): RandomMap {
    return { kind: "rotation", turns: this.factor };
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), factor: this.factor };
  }
}
