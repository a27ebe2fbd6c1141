import { numbersIn, optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { atLeast, checkValue } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";

export interface ReLUOptions extends LayerOptions {
  /**
   * The largest output, or null for none.
   *
   * @defaultValue `null`
   */
  readonly maxValue?: number | null;
  /**
   * The slope up to the threshold.
   *
   * @defaultValue 0
   */
  readonly negativeSlope?: number;
  /**
   * Inputs above it pass.
   *
   * @defaultValue 0
   */
  readonly threshold?: number;
}

/**
 * output = min(input, maxValue) where input > threshold, negativeSlope · (input − threshold) elsewhere.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new ReLU({ maxValue: 6 }).outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class ReLU extends Layer {
  readonly className = "ReLU";
  readonly maxValue: number | null;
  readonly negativeSlope: number;
  readonly threshold: number;

  /** @throws HeddleError for options below 0 */
  constructor(options: ReLUOptions = {}) {
    super(options);
    const { maxValue = null } = options;
    const check = (name: string, value: number) => checkValue(this.who, name, value, atLeast(0));
    this.maxValue = maxValue === null ? null : check("maxValue", maxValue);
    this.negativeSlope = check("negativeSlope", withDefault(options.negativeSlope, 0));
    this.threshold = check("threshold", withDefault(options.threshold, 0));
  }

  static fromConfig(config: JsonObject): ReLU {
    return checkedLayer(
      config,
      new ReLU({
        ...layerOptions(config),
        ...optionsIn(config, "max_value"),
        ...numbersIn(config, "negative_slope", "threshold"),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    const { name: owner, maxValue, negativeSlope: slope, threshold } = this;
    if (maxValue === null && threshold === 0) {
      if (slope === 0) return [{ op: "relu", owner }];
      return [{ op: "activation", owner, activation: "leakyRelu", alpha: slope }];
    }
    return [{ op: "rectify", owner, slope, threshold, maximum: maxValue ?? Number.POSITIVE_INFINITY }];
  }

  override getConfig(): JsonObject {
    const { maxValue, negativeSlope, threshold } = this;
    return { ...super.getConfig(), max_value: maxValue, negative_slope: negativeSlope, threshold };
  }
}
