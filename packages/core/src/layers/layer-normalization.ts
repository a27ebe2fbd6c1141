import { optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions, affineOptionsIn } from "./affine-layer.js";
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
    const axis: unknown = withDefault(options.axis, -1);
    const axes: readonly unknown[] = Array.isArray(axis) ? axis : [axis];
    if (!axes.every((one) => Number.isInteger(one))) {
      throw new HeddleError({
        who: this.who,
        expected: "axis to be a whole number or a list of them",
        received: shown(axis),
        next: "Correct axis.",
      });
    }
    this.axis = axes as readonly number[];
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
    this.normalizedShape(input);
    return input;
  }

  protected override createWeights(input: Shape): void {
    this.addAffineWeights(this.normalizedShape(input));
  }

  override lower(input: Shape): OpNode[] {
    const length = sizeOf(this.normalizedShape(input));
    return [{ op: "layerNormalization", owner: this.name, ...this.affine, epsilon: this.epsilon, length }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), axis: this.axis };
  }

  /** The sizes of the axes, which must be the last ones. */
  private normalizedShape(input: Shape): Shape {
    // The batch is axis 0.
    const rank = input.length + 1;
    const fromEnd = this.axis.map((axis) => (axis < 0 ? axis : axis - rank)).sort((a, b) => b - a);
    const last = fromEnd.every((axis, index) => axis === -1 - index);
    const count = fromEnd.length;
    if (last && count >= 1 && count <= input.length) return input.slice(-count);
    throw new HeddleError({
      who: this.who,
      expected: `axis to name the last of the input's axes 1 to ${input.length}, or several up to the last`,
      received: shown(this.axis),
      next: "Correct axis.",
    });
  }
}
