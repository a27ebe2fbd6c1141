import { optionsIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions, affineOptionsIn } from "./affine-layer.js";
import { axesOf, lastSizes } from "./axis.js";
import { checkedLayer } from "./ignored-keys.js";
import { withDefault } from "./options.js";

export interface LayerNormalizationOptions extends AffineLayerOptions {
  /**
   * The axis, or the last axes, that are normalized together, counted as Keras counts.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly number[];
}

/**
 * output = (input − mean) / √(variance + epsilon) · gamma + beta, with mean and variance over the last axes of each
 * sample: the other samples make no difference.
 *
 * Weights: gamma and beta, with the sizes of those axes.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * Ba, Kiros and Hinton, "Layer Normalization" (2016).
 *
 * @example
 * new LayerNormalization({ axis: [-2, -1] }).outputShape([7, 7, 32]); // [7, 7, 32]
 */
export class LayerNormalization extends AffineLayer {
  readonly className = "LayerNormalization";
  readonly axis: readonly number[];

  /** @throws HeddleError for an epsilon below 0 and unknown names, and later for axes that are not the last ones */
  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    this.axis = axesOf(this.who, withDefault(options.axis, -1));
  }

  static fromConfig(config: JsonObject): LayerNormalization {
    return checkedLayer(
      config,
      new LayerNormalization({
        ...affineOptionsIn("LayerNormalization", config),
        ...optionsIn(config, "axis"),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    lastSizes(this.who, this.axis, input);
    return input;
  }

  protected override createWeights(input: Shape): void {
    this.addAffineWeights(lastSizes(this.who, this.axis, input));
  }

  override lower(input: Shape): OpNode[] {
    const length = sizeOf(lastSizes(this.who, this.axis, input));
    return [{ op: "layerNormalization", owner: this.name, ...this.affine, epsilon: this.epsilon, length }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), axis: this.axis };
  }
}
