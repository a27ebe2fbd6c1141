import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { PERMUTED_AXES } from "../ops/permute.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * The axes of a sample in another order.
 *
 * Input shape: up to three axes, `[batch, …]`.
 *
 * Output shape: `[batch, …]`, the sizes in the order of `dims`.
 *
 * @example
 * new Permute([2, 1]).outputShape([64, 128]); // [128, 64]
 */
export class Permute extends Layer {
  readonly className = "Permute";
  protected override readonly positional: readonly string[] = ["dims"];

  /**
   * @param dims for each axis of the output, the input's, the first axis of a sample being 1
   * @throws HeddleError for anything but each of 1, 2, … once, up to 3
   */
  constructor(
    readonly dims: readonly number[],
    options: LayerOptions = {},
  ) {
    super(options);
    const count = Array.isArray(dims) ? dims.length : 0;
    const isOrder = Array.from({ length: count }, (_, index) => index + 1).every((axis) =>
      dims.includes(axis),
    );
    if (count >= 1 && count <= PERMUTED_AXES && isOrder) return;
    throw new HeddleError({
      who: this.who,
      expected: `dims to be 1, 2, … in any order, at most ${PERMUTED_AXES} of them`,
      received: shown(dims),
      next: "Correct dims.",
    });
  }

  static fromConfig(config: JsonObject): Permute {
    return checkedLayer(config, new Permute(config["dims"] as readonly number[], layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    if (input.length === this.dims.length) return this.dims.map((axis) => input[axis - 1]!);
    throw new HeddleError({
      who: this.who,
      expected: `an input with ${this.dims.length} axes after the batch, as dims has`,
      received: formatShape(input),
      next: "Correct dims.",
    });
  }

  override lower(): OpNode[] {
    return [{ op: "permute", owner: this.name, axes: this.dims.map((axis) => axis - 1) }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), dims: this.dims };
  }
}
