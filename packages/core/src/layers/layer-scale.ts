import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { checkValue, finite } from "../base/rules.js";
import { formatShape, type Shape, wholeNumber } from "../base/shape.js";
import { ConstantInitializer } from "../initializers/index.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * output = input · gamma, one trained factor for each channel, at the end of a residual branch. It comes with Keras's
 * ConvNeXt.
 *
 * Weights: variable `[projectionDim]`, which Keras gives no other name.
 *
 * Input shape: `[batch, …, projectionDim]`.
 *
 * Output shape: the same.
 *
 * Touvron et al., "Going Deeper with Image Transformers" (ICCV 2021).
 *
 * @example
 * new LayerScale(1e-6, 64).outputShape([7, 7, 64]); // [7, 7, 64]
 */
export class LayerScale extends Layer {
  readonly className = "LayerScale";
  protected override readonly positional: readonly string[] = ["initValues", "projectionDim"];

  /**
   * @param initValues the first value of every factor
   * @param projectionDim how many channels the input has
   * @throws HeddleError for a value that is not finite, or a size below 1
   */
  constructor(
    readonly initValues: number,
    readonly projectionDim: number,
    options: LayerOptions = {},
  ) {
    super(options);
    checkValue(this.who, "initValues", initValues, finite);
    wholeNumber(this.who, "projectionDim", projectionDim);
  }

  static fromConfig(config: JsonObject): LayerScale {
    const sizes = [numberIn(config, "init_values"), numberIn(config, "projection_dim")] as const;
    return checkedLayer(config, new LayerScale(...sizes, layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    if (input.at(-1) === this.projectionDim) return input;
    throw new HeddleError({
      who: this.who,
      expected: `an input of ${this.projectionDim} channels`,
      received: formatShape(input),
      next: "Correct projectionDim.",
    });
  }

  protected override createWeights(): void {
    this.addWeight("variable", [this.projectionDim], {
      initializer: new ConstantInitializer(this.initValues),
    });
  }

  override lower(): OpNode[] {
    return [{ op: "channelScale", owner: this.name, gamma: this.weights[0] }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), init_values: this.initValues, projection_dim: this.projectionDim };
  }
}
