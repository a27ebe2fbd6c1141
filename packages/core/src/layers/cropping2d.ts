import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type AxisPadding, type Sides, sidesOf } from "./sides.js";

/**
 * Cuts the edges of images off.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, H − top − bottom, W − left − right, C]`.
 *
 * @example
 * new Cropping2D([[1, 0], 2]).outputShape([8, 11, 64]); // [7, 7, 64]
 */
export class Cropping2D extends Layer {
  readonly className = "Cropping2D";
  protected override readonly positional: readonly string[] = ["cropping"];
  /** `[[top, bottom], [left, right]]` in pixels. */
  readonly cropping: Sides;

  /**
   * @param cropping pixels on every side, or `[height, width]`, each a number or `[before, after]`; 0 by default
   * @throws HeddleError for anything else, and later for images that are not larger
   */
  constructor(
    cropping: number | readonly [height: AxisPadding, width: AxisPadding] = 0,
    options: LayerOptions = {},
  ) {
    super(options);
    this.cropping = sidesOf(this.who, "cropping", cropping);
  }

  static fromConfig(config: JsonObject): Cropping2D {
    return checkedLayer(
      config,
      new Cropping2D(config["cropping"] as [AxisPadding, AxisPadding] | undefined, layerOptions(config)),
    );
  }

  override outputShape(input: Shape): Shape {
    const [H, W, C] = imageShape(this.who, input);
    const [[top, bottom], [left, right]] = this.cropping;
    const [height, width] = [H - top - bottom, W - left - right];
    if (height > 0 && width > 0) return [height, width, C];
    throw new HeddleError({
      who: this.who,
      expected: `images larger than ${top + bottom}×${left + right}, which is cut off`,
      received: formatShape(input),
      next: "Cut off less.",
    });
  }

  override lower(): OpNode[] {
    return [{ op: "cropping", owner: this.name, cropping: this.cropping }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), cropping: this.cropping };
  }
}
