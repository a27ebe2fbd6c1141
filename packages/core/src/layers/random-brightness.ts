import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions, rangeIn } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { drawRange, type Range, rangeOf } from "./range.js";

export interface RandomBrightnessOptions extends LayerOptions {
  /**
   * The least and the largest value of an output; anything beyond is clipped.
   *
   * @defaultValue `[0, 255]`
   */
  readonly valueRange?: Range;
}

/**
 * In training adds one random number to all values of an image, then clips them to `valueRange`. Passes images on
 * otherwise. The numbers depend only on the model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomBrightness(0.2).outputShape([28, 28, 1]); // [28, 28, 1], darker or brighter by up to 51 of 255
 */
export class RandomBrightness extends RandomImageLayer {
  readonly className = "RandomBrightness";
  protected override readonly positional: readonly string[] = ["factor"];
  readonly factor: Range;
  readonly valueRange: Range;

  /**
   * @param factor `[lower, upper]` as shares of `valueRange`; one number is for −number … number
   * @throws HeddleError for factors outside −1 … 1
   */
  constructor(factor: number | Range, options: RandomBrightnessOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", factor, [-1, 1]);
    this.valueRange = rangeOf(this.who, "valueRange", withDefault(options.valueRange, [0, 255]));
  }

  static fromConfig(config: JsonObject): RandomBrightness {
    return checkedLayer(
      config,
      new RandomBrightness(rangeIn(config, "factor"), {
        ...layerOptions(config),
        ...optionsIn(config, "value_range"),
      }),
    );
  }

  override lower(): OpNode[] {
    const { name: owner, factor, valueRange, position: layer } = this;
    const span = valueRange[1] - valueRange[0];
    return [
      { op: "randomBrightness", owner, delta: [factor[0] * span, factor[1] * span], valueRange, layer },
    ];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange };
  }
}
