import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { drawRange, finiteNumber, type Range, rangeOf } from "./range.js";

export interface RandomErasingOptions extends LayerOptions {
  /**
   * The range from which each image draws its chance of being erased: `[low, high]`, or one number for 0 … number. The
   * default erases half of the images, `[1, 1]` all of them.
   *
   * @defaultValue `1`
   */
  readonly factor?: number | Range;
  /**
   * The range from which the shares of width and of height are drawn, each as its square.
   *
   * @defaultValue `[0.02, 0.33]`
   */
  readonly scale?: number | Range;
  /**
   * What the box is filled with, clipped to `valueRange`; null for noise.
   *
   * @defaultValue `null`
   */
  readonly fillValue?: number | null;
  /**
   * The least and the largest value that images have.
   *
   * @defaultValue `[0, 255]`
   */
  readonly valueRange?: Range;
}

/**
 * In training fills a random box of some images, with a value or with noise: the upper end of `valueRange` times
 * standard normal numbers, clipped to `valueRange`. Passes images on otherwise. What is erased depends only on the
 * model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * Zhong et al., "Random Erasing Data Augmentation" (AAAI 2020).
 *
 * @example
 * new RandomErasing({ factor: [0.5, 0.5], valueRange: [0, 1] }).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class RandomErasing extends RandomImageLayer {
  readonly className = "RandomErasing";
  readonly factor: Range;
  readonly scale: Range;
  readonly fillValue: number | null;
  readonly valueRange: Range;

  /** @throws HeddleError for a factor or scale outside 0 … 1, and for other values that are not finite numbers */
  constructor(options: RandomErasingOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", withDefault(options.factor, 1), [0, 1]);
    this.scale = drawRange(this.who, "scale", withDefault(options.scale, [0.02, 0.33]), [0, 1]);
    const fillValue = options.fillValue ?? null;
    this.fillValue = fillValue === null ? null : finiteNumber(this.who, "fillValue", fillValue);
    this.valueRange = rangeOf(this.who, "valueRange", withDefault(options.valueRange, [0, 255]));
  }

  static fromConfig(config: JsonObject): RandomErasing {
    return checkedLayer(
      config,
      new RandomErasing({
        ...layerOptions(config),
        ...optionsIn(config, "factor", "scale", "fill_value", "value_range"),
      }),
    );
  }

  override lower(): OpNode[] {
    const { factor, scale, fillValue, valueRange, position: layer } = this;
    return [{ op: "randomErasing", owner: this.name, factor, scale, fillValue, valueRange, layer }];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      factor: this.factor,
      scale: this.scale,
      fill_value: this.fillValue,
      value_range: this.valueRange,
    };
  }
}
