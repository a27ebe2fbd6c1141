import { optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import type { RandomMap } from "../ops/random-affine.js";
import { rangeIn } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import {
  affineMapOptionsIn,
  RandomAffineLayer,
  type RandomAffineLayerOptions,
} from "./random-affine-layer.js";
import { drawRange, type Range } from "./range.js";

export interface RandomZoomOptions extends RandomAffineLayerOptions {
  /**
   * As heightFactor, for the width; null keeps the proportions.
   *
   * @defaultValue `null`
   */
  readonly widthFactor?: number | Range | null;
}

/**
 * In training zooms each image around its middle at random, out where the factor is above 0, in where it is below;
 * passes images on otherwise. The factors depend only on the model's seed and the step.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: the same.
 *
 * @example
 * new RandomZoom([-0.1, 0.2]).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class RandomZoom extends RandomAffineLayer {
  readonly className = "RandomZoom";
  protected override readonly positional: readonly string[] = ["heightFactor"];
  readonly heightFactor: Range;
  readonly widthFactor: Range | null;

  /**
   * @param heightFactor above −1, at most 1: `[low, high]`, or one number for both ways
   * @throws HeddleError for other factors and unknown names
   */
  constructor(heightFactor: number | Range, options: RandomZoomOptions = {}) {
    super(options);
    const widthFactor = options.widthFactor ?? null;
    this.heightFactor = this.zoomRange("heightFactor", heightFactor);
    this.widthFactor = widthFactor === null ? null : this.zoomRange("widthFactor", widthFactor);
  }

  static fromConfig(config: JsonObject): RandomZoom {
    return checkedLayer(
      config,
      new RandomZoom(rangeIn(config, "height_factor"), {
        ...affineMapOptionsIn(config),
        ...optionsIn(config, "width_factor"),
      }),
    );
  }

  private zoomRange(name: string, value: number | Range): Range {
    const range = drawRange(this.who, name, value, [-1, 1]);
    if (range[0] > -1) return range;
    throw new HeddleError({
      who: this.who,
      expected: `${name} to stay above -1, where nothing would be left of the image`,
      received: shown(value),
      next: `Correct ${name}.`,
    });
  }

  protected override map(): RandomMap {
    return { kind: "zoom", height: this.heightFactor, width: this.widthFactor ?? undefined };
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), height_factor: this.heightFactor, width_factor: this.widthFactor };
  }
}
