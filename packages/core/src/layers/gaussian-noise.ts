import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { checkValue, fromTo } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * In training adds a random number to every value, normally distributed around 0; passes everything on otherwise. The
 * numbers depend only on the model's seed and the step.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new GaussianNoise(0.1).outputShape([28, 28, 1]); // [28, 28, 1]
 */
export class GaussianNoise extends Layer {
  readonly className = "GaussianNoise";
  protected override readonly positional: readonly string[] = ["stddev"];

  /**
   * @param stddev the standard deviation, from 0 to 1
   * @throws HeddleError for others
   */
  constructor(
    readonly stddev: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkValue(this.who, "stddev", stddev, fromTo(0, 1));
  }

  static fromConfig(config: JsonObject): GaussianNoise {
    return checkedLayer(config, new GaussianNoise(numberIn(config, "stddev"), layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    const { name: owner, stddev, position: layer } = this;
    return [{ op: "gaussianNoise", owner, stddev, multiplied: false, layer }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), stddev: this.stddev };
  }
}
