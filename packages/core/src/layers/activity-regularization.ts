import { numbersIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { optionsObject } from "../base/known-options.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { L1L2 } from "../regularizers/index.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

export interface ActivityRegularizationOptions extends Omit<LayerOptions, "activityRegularizer"> {
  /**
   * The loss grows by l1 · Σ|x| of a sample, averaged over the batch.
   *
   * @defaultValue `0`
   */
  readonly l1?: number;
  /**
   * The loss grows by l2 · Σx² of a sample, averaged over the batch.
   *
   * @defaultValue `0`
   */
  readonly l2?: number;
}

/**
 * Passes its input on and adds a penalty on its size to the loss: what `activityRegularizer` does for a layer's output,
 * anywhere in a model.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new ActivityRegularization({ l1: 1e-4 }).outputShape([7, 7, 32]); // [7, 7, 32]
 */
export class ActivityRegularization extends Layer {
  readonly className = "ActivityRegularization";
  readonly l1: number;
  readonly l2: number;

  /** @throws HeddleError for factors below 0 */
  constructor(options: ActivityRegularizationOptions = {}) {
    const { l1 = 0, l2 = 0, ...others } = optionsObject("ActivityRegularization", options, ["l1", "l2"]);
    super({ ...others, activityRegularizer: new L1L2({ l1, l2 }) });
    this.l1 = l1;
    this.l2 = l2;
  }

  static fromConfig(config: JsonObject): ActivityRegularization {
    // Keras writes the penalty once more, as an activity regularizer.
    const common = layerOptions({ ...config, activity_regularizer: null });
    return checkedLayer(config, new ActivityRegularization({ ...common, ...numbersIn(config, "l1", "l2") }));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return [];
  }

  override getConfig(): JsonObject {
    const { activity_regularizer: _, ...config } = super.getConfig();
    return { ...config, l1: this.l1, l2: this.l2 };
  }
}
