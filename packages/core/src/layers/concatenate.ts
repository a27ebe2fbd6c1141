import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { formatShape, type Shape } from "../base/shape.js";
import { concatenatedShape, type MergeNode } from "../ops/merge.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import type { LayerOptions } from "./layer.js";
import { MergeLayer } from "./merge-layer.js";
import { withDefault } from "./options.js";

export interface ConcatenateOptions extends LayerOptions {
  /**
   * The axis along which the inputs are joined, counted with the batch as axis 0, or from the end.
   *
   * @defaultValue `-1`, the channels
   */
  readonly axis?: number;
}

/**
 * Joins its inputs along an axis.
 *
 * Input shape: two or more, `[batch, …]`, that differ at most along that axis.
 *
 * Output shape: the same, with the sum of the inputs' sizes along that axis.
 *
 * @example
 * const x = input([14, 14, 32]);
 * new Concatenate().apply([x, new Conv2D(16, 1).apply(x)]).shape; // [14, 14, 48]
 */
export class Concatenate extends MergeLayer {
  readonly className = "Concatenate";
  readonly axis: number;

  /** @throws HeddleError for an axis that is not a whole number, or is the batch */
  constructor(options: ConcatenateOptions = {}) {
    super(options);
    this.axis = withDefault(options.axis, -1);
    if (Number.isInteger(this.axis) && this.axis !== 0) return;
    throw new HeddleError({
      who: this.who,
      expected: "axis to be a whole number other than 0, the batch",
      received: String(options.axis),
      next: "Omit axis to join the channels.",
    });
  }

  static fromConfig(config: JsonObject): Concatenate {
    return checkedLayer(
      config,
      new Concatenate({ ...layerOptions(config), axis: numberIn(config, "axis", -1) }),
    );
  }

  override lower(input: Shape): readonly MergeNode[] {
    return [{ op: "concatenate", owner: this.name, axis: this.axisOf(input) }];
  }

  protected override mergedShape(inputs: readonly Shape[]): Shape {
    const [first] = inputs as [Shape, ...Shape[]];
    const axis = this.axisOf(first);
    if (axis < 0 || axis >= first.length) {
      throw new HeddleError({
        who: this.who,
        expected: `axis to be from 1 to ${first.length}, or from -1 to -${first.length}`,
        received: `${this.axis} for ${formatShape(first)}`,
        next: "Correct axis, or omit it to join the channels.",
      });
    }
    const fits = inputs.every(
      (shape) =>
        shape.length === first.length &&
        shape.every((size, index) => index === axis || size === first[index]),
    );
    if (!fits) throw this.mismatch(`inputs that differ at most along axis ${this.axis}`, inputs);
    return concatenatedShape(axis, inputs);
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), axis: this.axis };
  }

  /** The axis among the sizes of one sample. */
  private axisOf(shape: Shape): number {
    return this.axis < 0 ? shape.length + this.axis : this.axis - 1;
  }
}
