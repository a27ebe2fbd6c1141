import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { belowOne, checkValue } from "../base/rules.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * In training sets a random share of the samples to zero and scales the others up by 1 / (1 − dropPathRate), before what
 * they are added to in a residual network; passes everything on otherwise. Which samples are dropped depends only on the
 * model's seed and the step. It comes with Keras's ConvNeXt.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * Huang et al., "Deep Networks with Stochastic Depth" (ECCV 2016).
 *
 * @example
 * new StochasticDepth(0.1).outputShape([7, 7, 64]); // [7, 7, 64]
 */
export class StochasticDepth extends Layer {
  readonly className = "StochasticDepth";
  protected override readonly positional: readonly string[] = ["dropPathRate"];

  /**
   * @param dropPathRate share of the samples to drop, 0 ≤ dropPathRate < 1
   * @throws HeddleError for other rates
   */
  constructor(
    readonly dropPathRate: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkValue(this.who, "dropPathRate", dropPathRate, belowOne);
  }

  static fromConfig(config: JsonObject): StochasticDepth {
    return checkedLayer(
      config,
      new StochasticDepth(numberIn(config, "drop_path_rate"), layerOptions(config)),
    );
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [{ op: "dropSamples", owner: this.name, rate: this.dropPathRate, layer: this.position }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), drop_path_rate: this.dropPathRate };
  }
}
