import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/** The size that follows from the others. */
const UNKNOWN = -1;

/**
 * A sample's values, in their order, under another shape.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: `[batch, …targetShape]`.
 *
 * @example
 * new Reshape([-1, 4]).outputShape([2, 6]); // [3, 4]
 */
export class Reshape extends Layer {
  readonly className = "Reshape";
  protected override readonly positional: readonly string[] = ["targetShape"];

  /**
   * @param targetShape sizes without the batch; one of them may be −1, which follows from the others
   * @throws HeddleError for other sizes below 1, and when the input holds a different number of values
   */
  constructor(
    readonly targetShape: Shape,
    options: LayerOptions = {},
  ) {
    super(options);
    const isList = Array.isArray(targetShape) && targetShape.length > 0;
    if (!isList || targetShape.filter((size) => size === UNKNOWN).length > 1) {
      throw new HeddleError({
        who: this.who,
        expected: "targetShape to be a list of sizes, at most one of them -1",
        received: shown(targetShape),
        next: "Correct targetShape.",
      });
    }
    for (const size of targetShape) {
      if (size !== UNKNOWN) wholeNumber(this.who, "each size of targetShape", size);
    }
  }

  static fromConfig(config: JsonObject): Reshape {
    return checkedLayer(config, new Reshape(config["target_shape"] as Shape, layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    const known = sizeOf(this.targetShape.filter((size) => size !== UNKNOWN));
    const output = this.targetShape.map((size) => (size === UNKNOWN ? sizeOf(input) / known : size));
    if (Number.isInteger(sizeOf(input) / known) && sizeOf(output) === sizeOf(input)) return output;
    throw new HeddleError({
      who: this.who,
      expected: `an input that fills [${["batch", ...this.targetShape].join(", ")}]`,
      received: `${formatShape(input)}, ${sizeOf(input)} values`,
      next: "Correct targetShape: both must hold the same number of values.",
    });
  }

  override lower(input: Shape): OpNode[] {
    return [{ op: "reshape", owner: this.name, shape: this.outputShape(input) }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), target_shape: this.targetShape };
  }
}
