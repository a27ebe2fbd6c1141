import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { axisOf, checkLastAxis } from "./axis.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";

export interface SoftmaxOptions extends LayerOptions {
  /**
   * The axis along which outputs sum to 1, counted as Keras counts: the last one.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly [number];
}

/**
 * output = e^input / Σ e^input, the sum along the last axis.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new Softmax().outputShape([10]); // [10]
 */
export class Softmax extends Layer {
  readonly className = "Softmax";
  private readonly axis: number;

  /** @throws HeddleError for an axis that is not a whole number, and later for another than the last */
  constructor(options: SoftmaxOptions = {}) {
    super(options);
    this.axis = axisOf(this.who, withDefault(options.axis, -1));
  }

  static fromConfig(config: JsonObject): Softmax {
    return checkedLayer(config, new Softmax({ ...layerOptions(config), ...optionsIn(config, "axis") }));
  }

  override outputShape(input: Shape): Shape {
    checkLastAxis(this.who, this.axis, input);
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "softmax", owner: this.name }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), axis: -1 };
  }
}
