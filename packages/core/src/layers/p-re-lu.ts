import { optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { formatShape, type Shape } from "../base/shape.js";
import type { Constraint, ConstraintName } from "../constraints/index.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import type { OpNode } from "../ops/node.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";
import { withDefault } from "./options.js";
import { rulesConfig, rulesIn, type WeightRules, weightRules } from "./weight-rules.js";

export interface PReLUOptions extends LayerOptions {
  /**
   * Initial values of the slopes.
   *
   * @defaultValue `"zeros"`
   */
  readonly alphaInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the size of the slopes.
   *
   * @defaultValue none
   */
  readonly alphaRegularizer?: Regularizer | RegularizerName;
  /**
   * Constraint on the slopes.
   *
   * @defaultValue none
   */
  readonly alphaConstraint?: Constraint | ConstraintName;
  /**
   * Axes along which a slope is shared, the first axis of a sample being 1: `[1, 2]` for one slope a channel.
   *
   * @defaultValue none: a slope for each number
   */
  readonly sharedAxes?: readonly number[] | null;
}

/**
 * output = input where input > 0, alpha · input elsewhere, with slopes that are trained.
 *
 * Weights: alpha, of the input's shape, with a size of 1 along shared axes.
 *
 * Input shape: up to three axes, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * He et al., "Delving Deep into Rectifiers" (ICCV 2015).
 *
 * @example
 * new PReLU({ sharedAxes: [1, 2] }).outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class PReLU extends Layer {
  readonly className = "PReLU";
  readonly sharedAxes: readonly number[];
  private readonly alpha: WeightRules;

  /** @throws HeddleError for unknown names, and for axes that are not whole numbers of at least 1 */
  constructor(options: PReLUOptions = {}) {
    super(options);
    this.alpha = weightRules(this.who, "alpha", {
      initializer: withDefault(options.alphaInitializer, "Zeros"),
      regularizer: options.alphaRegularizer,
      constraint: options.alphaConstraint,
    });
    const axes: unknown = options.sharedAxes ?? [];
    if (!Array.isArray(axes) || !axes.every((axis) => Number.isSafeInteger(axis) && axis >= 1)) {
      throw new HeddleError({
        who: this.who,
        expected: "sharedAxes to be a list of whole numbers of at least 1",
        received: shown(axes),
        next: "Correct sharedAxes, or omit it.",
      });
    }
    this.sharedAxes = axes as readonly number[];
  }

  static fromConfig(config: JsonObject): PReLU {
    return checkedLayer(
      config,
      new PReLU({
        ...layerOptions(config),
        ...rulesIn("PReLU", config, "alpha"),
        ...optionsIn(config, "shared_axes"),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    if (input.length <= 3 && this.sharedAxes.every((axis) => axis <= input.length)) return input;
    throw new HeddleError({
      who: this.who,
      expected: "an input of at most three axes, which has the shared ones",
      received: `${formatShape(input)} and sharedAxes ${shown(this.sharedAxes)}`,
      next: "Reshape it first, or correct sharedAxes.",
    });
  }

  protected override createWeights(input: Shape): void {
    const shape = input.map((size, index) => (this.sharedAxes.includes(index + 1) ? 1 : size));
    this.addWeight("alpha", shape, this.alpha);
  }

  override lower(): OpNode[] {
    return [{ op: "prelu", owner: this.name, alpha: this.weights[0]! }];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      ...rulesConfig({ alpha: this.alpha }),
      shared_axes: this.sharedAxes.length === 0 ? null : this.sharedAxes,
    };
  }
}
