import type { JsonObject } from "../base/json.js";
import type { OpNode } from "../ops/node.js";
import type { LayerOptions } from "./layer.js";
import { RandomImageLayer } from "./random-image-layer.js";
import { drawRange, finiteNumber, type Range, rangeOf } from "./range.js";

export interface RandomErasingOptions extends LayerOptions {
  /**
   * From where each image draws its chance of being erased: `[low, high]`, or 0 to one number; 1 by default, which
   * erases half of the images. `[1, 1]` erases all.
   */
  readonly factor?: number | Range;
  /** From where the shares of width and of height are drawn, each as its square; `[0.02, 0.33]` by default. */
  readonly scale?: number | Range;
  /** What the box is filled with, cut off at `valueRange`; by default null, for noise. */
  readonly fillValue?: number | null;
  /** The least and the largest value that images have; `[0, 255]` by default. */
  readonly valueRange?: Range;
}

/**
 * In training fills a random box of some images, with a value or with noise: the upper end of `valueRange` times
 * standard normal numbers, cut off at `valueRange`. Passes images on otherwise. What is erased depends on the model's
 * seed and the step alone.
 *
 * Input and output `[batch, H, W, C]`.
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

  constructor(options: RandomErasingOptions = {}) {
    super(options);
    this.factor = drawRange(this.who, "factor", options.factor ?? 1, [0, 1]);
    this.scale = drawRange(this.who, "scale", options.scale ?? [0.02, 0.33], [0, 1]);
    const fillValue = options.fillValue ?? null;
    this.fillValue = fillValue === null ? null : finiteNumber(this.who, "fillValue", fillValue);
    this.valueRange = rangeOf(this.who, "valueRange", options.valueRange ?? [0, 255]);
  }

  override lower(): OpNode[] {
    const { factor, scale, fillValue, valueRange, number: layer } = this;
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
