import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { layerOptions, sizeIn } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type Size2D, size2d } from "./options.js";

export interface UpSampling2DOptions extends LayerOptions {
  /**
   * `"nearest"`, which repeats pixels; there is no other yet.
   *
   * @defaultValue `"nearest"`
   */
  readonly interpolation?: "nearest";
}

/**
 * Enlarges images by whole factors: each pixel is repeated.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, H · height, W · width, C]`.
 *
 * @example
 * new UpSampling2D([2, 3]).outputShape([7, 7, 64]); // [14, 21, 64]
 */
export class UpSampling2D extends Layer {
  readonly className = "UpSampling2D";
  protected override readonly positional: readonly string[] = ["size"];
  readonly size: readonly [number, number];

  /**
   * @param size factor of both axes, or `[height, width]`; 2 by default
   * @throws HeddleError for factors below 1
   */
  constructor(size: Size2D = 2, options: UpSampling2DOptions = {}) {
    super(options);
    this.size = size2d(this.who, "size", size);
    const { interpolation = "nearest" } = options;
    if (interpolation === "nearest") return;
    throw new HeddleError({
      who: this.who,
      expected: 'interpolation to be "nearest"',
      received: shown(interpolation),
      next: "There is no other yet: omit interpolation.",
    });
  }

  static fromConfig(config: JsonObject): UpSampling2D {
    return checkedLayer(config, new UpSampling2D(sizeIn(config, "size"), layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    const [H, W, C] = imageShape(this.who, input);
    return [H * this.size[0], W * this.size[1], C];
  }

  override lower(): OpNode[] {
    return [{ op: "upSampling", owner: this.name, size: this.size }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), size: this.size, interpolation: "nearest" };
  }
}
