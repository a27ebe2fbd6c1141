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
 * In training moves each image down and to the right by random shares of its height and width; passes images on
 * otherwise. How far depends only on the model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomTranslation(0.1, 0.1, { fillMode: "constant" }).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class RandomTranslation extends RandomAffineLayer {
  readonly className = "RandomTranslation";
  protected override readonly positional: readonly string[] = ["heightFactor", "widthFactor"];
  readonly heightFactor: Range;
  readonly widthFactor: Range;

  /**
   * @param heightFactor share of the height within −1 … 1, below 0 upwards: `[low, high]`, or one number for both ways
   * @param widthFactor share of the width, below 0 to the left
   * @throws HeddleError for factors outside −1 … 1 and unknown names
   */
  constructor(
    heightFactor: number | Range,
    widthFactor: number | Range,
    options: RandomAffineLayerOptions = {},
  ) {
    super(options);
    this.heightFactor = drawRange(this.who, "heightFactor", heightFactor, [-1, 1]);
    this.widthFactor = drawRange(this.who, "widthFactor", widthFactor, [-1, 1]);
  }

  static fromConfig(config: JsonObject): RandomTranslation {
    return checkedLayer(
      config,
      new RandomTranslation(
        rangeIn(config, "height_factor"),
        rangeIn(config, "width_factor"),
        affineMapOptionsIn(config),
      ),
    );
  }

  protected override map(): RandomMap {
    return { kind: "translation", height: this.heightFactor, width: this.widthFactor };
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), height_factor: this.heightFactor, width_factor: this.widthFactor };
  }
}
