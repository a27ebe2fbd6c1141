import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type AxisPadding, type Sides, sidesOf } from "./sides.js";

/**
 * Surrounds images with zeros.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, top + H + bottom, left + W + right, C]`.
 *
 * @example
 * new ZeroPadding2D([[1, 0], 2]).outputShape([7, 7, 64]); // [8, 11, 64]
 */
export class ZeroPadding2D extends Layer {
  readonly className = "ZeroPadding2D";
  protected override readonly positional: readonly string[] = ["padding"];
  /** `[[top, bottom], [left, right]]` in pixels. */
  readonly padding: Sides;

  /**
   * @param padding pixels on every side, or `[height, width]`, each a number or `[before, after]`; 1 by default
   * @throws HeddleError for anything else
   */
  constructor(
    padding: number | readonly [height: AxisPadding, width: AxisPadding] = 1,
    options: LayerOptions = {},
  ) {
    super(options);
    this.padding = sidesOf(this.who, "padding", padding);
  }

  static fromConfig(config: JsonObject): ZeroPadding2D {
    return checkedLayer(
      config,
      new ZeroPadding2D(config["padding"] as [AxisPadding, AxisPadding] | undefined, layerOptions(config)),
    );
  }

  override outputShape(input: Shape): Shape {
    const [H, W, C] = imageShape(this.who, input);
    const [[top, bottom], [left, right]] = this.padding;
    return [top + H + bottom, left + W + right, C];
  }

  override lower(): OpNode[] {
    return [{ op: "zeroPadding", owner: this.name, padding: this.padding }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), padding: this.padding };
  }
}
