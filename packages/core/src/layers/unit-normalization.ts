import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { axesOf, lastSizes } from "./axis.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";

export interface UnitNormalizationOptions extends LayerOptions {
  /**
   * The axis, or the last axes, that are normalized together, counted as Keras counts.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly number[];
}

/** The smallest length that is divided by: Keras's epsilon. */
const EPSILON = 1e-12;

/**
 * output = input / √Σ input², the sum along the last axes of each sample: vectors of length 1, for comparing directions.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new UnitNormalization().outputShape([8]); // [8]
 */
export class UnitNormalization extends Layer {
  readonly className = "UnitNormalization";
  readonly axis: number | readonly number[];

  /** @throws HeddleError for an axis that is not a whole number, and later for axes that are not the last ones */
  constructor(options: UnitNormalizationOptions = {}) {
    super(options);
    const axis = withDefault(options.axis, -1);
    axesOf(this.who, axis);
    this.axis = axis;
  }

  static fromConfig(config: JsonObject): UnitNormalization {
    return checkedLayer(
      config,
      new UnitNormalization({ ...layerOptions(config), ...optionsIn(config, "axis") }),
    );
  }

  override outputShape(input: Shape): Shape {
    this.normalizedShape(input);
    return input;
  }

  override lower(input: Shape): OpNode[] {
    const length = sizeOf(this.normalizedShape(input));
    return [{ op: "unitNormalization", owner: this.name, length, epsilon: EPSILON }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), axis: this.axis };
  }

  private normalizedShape(input: Shape): Shape {
    return lastSizes(this.who, axesOf(this.who, this.axis), input);
  }
}
