import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkDropoutRate } from "./dropout.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * In training multiplies every value by a random number, normally distributed around 1 with the deviation
 * √(rate / (1 − rate)), which `Dropout` at this rate has too; passes everything on otherwise. The numbers depend only on the
 * model's seed and the step.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting" (JMLR 2014), section 10.
 *
 * @example
 * new GaussianDropout(0.2).outputShape([128]); // [128]
 */
export class GaussianDropout extends Layer {
  readonly className = "GaussianDropout";
  protected override readonly positional: readonly string[] = ["rate"];

  /**
   * @param rate that of the `Dropout` which has the same deviation, 0 ≤ rate < 1
   * @throws HeddleError for other rates
   */
  constructor(
    readonly rate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkDropoutRate(this.who, rate);
  }

  static fromConfig(config: JsonObject): GaussianDropout {
    return checkedLayer(config, new GaussianDropout(numberIn(config, "rate"), layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    const { name: owner, rate, position: layer } = this;
    return [{ op: "gaussianNoise", owner, stddev: Math.sqrt(rate / (1 - rate)), multiplied: true, layer }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), rate: this.rate };
  }
}
