import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/** Zeros at both ends of one axis: one number for both, or `[before, after]`: top and bottom, or left and right. */
export type AxisPadding = number | readonly [before: number, after: number];

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
  readonly padding: readonly [readonly [number, number], readonly [number, number]];

  /**
   * @param padding pixels on every side, or `[height, width]`, each a number or `[before, after]`; 1 by default
   * @throws HeddleError for anything else
   */
  constructor(
    padding: number | readonly [height: AxisPadding, width: AxisPadding] = 1,
    options: LayerOptions = {},
  ) {
    super(options);
    const [height, width] = this.pair(padding);
    this.padding = [this.sides(height), this.sides(width)];
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

  private sides(padding: AxisPadding): readonly [number, number] {
    const [before, after] = this.pair(padding);
    return [wholeNumber(this.who, "padding", before, 0), wholeNumber(this.who, "padding", after, 0)];
  }

  private pair<T>(value: number | readonly [T, T]): readonly [T | number, T | number] {
    if (typeof value === "number") return [value, value];
    if (Array.isArray(value) && value.length === 2) return value;
    throw new HeddleError({
      who: this.who,
      expected: "padding to be a number, [height, width] or [[top, bottom], [left, right]]",
      received: shown(value),
      next: "Correct padding.",
    });
  }
}
