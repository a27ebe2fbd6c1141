import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { atLeast, checkValue } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";

export interface LeakyReLUOptions extends LayerOptions {
  /**
   * The slope up to 0.
   *
   * @defaultValue 0.3
   */
  readonly negativeSlope?: number;
}

/**
 * output = input where input > 0, negativeSlope · input elsewhere. The activation `"leakyRelu"` has the slope 0.2.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new LeakyReLU({ negativeSlope: 0.1 }).outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class LeakyReLU extends Layer {
  readonly className = "LeakyReLU";
  readonly negativeSlope: number;

  /** @throws HeddleError for a slope below 0 */
  constructor(options: LeakyReLUOptions = {}) {
    super(options);
    const slope = withDefault(options.negativeSlope, 0.3);
    this.negativeSlope = checkValue(this.who, "negativeSlope", slope, atLeast(0));
  }

  static fromConfig(config: JsonObject): LeakyReLU {
    // Keras 2 calls it alpha.
    const own = config["negative_slope"] === undefined ? "alpha" : "negative_slope";
    const negativeSlope = numberIn(config, own, 0.3);
    return checkedLayer(config, new LeakyReLU({ ...layerOptions(config), negativeSlope }));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "activation", owner: this.name, activation: "leakyRelu", alpha: this.negativeSlope }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), negative_slope: this.negativeSlope };
  }
}
