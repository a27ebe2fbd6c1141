import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions } from "./affine-layer.js";

export interface LayerNormalizationOptions extends AffineLayerOptions {
  /** The axis, or the last axes, that are normalized together, counted as Keras counts; −1 by default. */
  readonly axis?: number | readonly number[];
}

/**
 * output = (input − mean) / √(variance + epsilon) · gamma + beta, with mean and variance over the given last axes of
 * each sample: what other samples are makes no difference.
 *
 * Input and output have the same shape. gamma and beta have the sizes of the axes.
 *
 * @example
 * new LayerNormalization({ axis: [-2, -1] }).outputShape([7, 7, 32]); // [7, 7, 32]
 */
export class LayerNormalization extends AffineLayer {
  override get className() {
    return "LayerNormalization";
  }

  readonly axis: readonly number[];

  /** @throws HeddleError for an epsilon below 0 and unknown names, and later for axes that are not the last ones */
  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    // From a file it may be anything; what fits no input is refused where there is one.
    const axis: unknown = options.axis ?? -1;
    this.axis = Array.isArray(axis) ? [...axis] : [Number(axis)];
  }

  override outputShape(input: Shape): Shape {
    this.normalizedShape(input);
    return input;
  }

  protected override createWeights(input: Shape): void {
    this.addAffineWeights(this.normalizedShape(input));
  }

  override lower(input: Shape): OpNode[] {
    const { affine, epsilon, name: owner } = this;
    return [
      { op: "layerNormalization", owner, ...affine, epsilon, length: sizeOf(this.normalizedShape(input)) },
    ];
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
      received: JSON.stringify(this.axis),
      next: "Correct axis.",
    });
  }
}
