import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions, rangeIn } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { drawRange, type Range, rangeOf } from "./range.js";

export interface RandomContrastOptions extends LayerOptions {
  /**
   * The least and the largest value of an output; anything beyond is clipped.
   *
   * @defaultValue `[0, 255]`
   */
  readonly valueRange?: Range;
}

/**
 * In training moves the values of each image away from the mean of their channel, or towards it, by a random factor:
 * (x − mean) · factor + mean, clipped to `valueRange`. Passes images on otherwise. The factors depend only on the model's
 * seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomContrast([0.2, 0.3], { valueRange: [0, 1] }).outputShape([28, 28, 1]); // [28, 28, 1], by 0.8 … 1.3
 */
export class RandomContrast extends RandomImageLayer {
  readonly className = "RandomContrast";
  protected override readonly positional: readonly string[] = ["factor"];
  readonly factor: Range;
  readonly valueRange: Range;

  /**
   * @param factor `[lower, upper]`, the lower first, for 1 − lower … 1 + upper; one number is `[0, number]`, as in Keras
   * @throws HeddleError for factors outside 0 … 1
   */
  constructor(factor: number | Range, options: RandomContrastOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", factor, [0, 1]);
    this.valueRange = rangeOf(this.who, "valueRange", withDefault(options.valueRange, [0, 255]));
  }

  static fromConfig(config: JsonObject): RandomContrast {
    return checkedLayer(
      config,
      new RandomContrast(rangeIn(config, "factor"), {
        ...layerOptions(config),
        ...optionsIn(config, "value_range"),
      }),
    );
  }

  override lower(): OpNode[] {
    const [lower, upper] = this.factor;
    const { valueRange, position: layer } = this;
    return [{ op: "randomContrast", owner: this.name, factor: [1 - lower, 1 + upper], valueRange, layer }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), factor: this.factor, value_range: this.valueRange };
  }
}
