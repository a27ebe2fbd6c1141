import { numberIn, optionsIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions, affineOptionsIn } from "./affine-layer.js";
import { axisOf, checkLastAxis } from "./axis.js";
import { checkedLayer } from "./ignored-keys.js";
import { withDefault } from "./options.js";
import { rulesIn, type WeightRules, weightRules } from "./weight-rules.js";

export interface BatchNormalizationOptions extends AffineLayerOptions {
  /**
   * The axis whose places have statistics of their own, counted as Keras counts: the last one.
   *
   * @defaultValue `-1`
   */
  readonly axis?: number | readonly [number];
  /**
   * Share of the moving statistics that a training step keeps, 0..1.
   *
   * @defaultValue `0.99`
   */
  readonly momentum?: number;
  /**
   * Initial values of the moving mean.
   *
   * @defaultValue `"zeros"`
   */
  readonly movingMeanInitializer?: Initializer | InitializerName;
  /**
   * Initial values of the moving variance.
   *
   * @defaultValue `"ones"`
   */
  readonly movingVarianceInitializer?: Initializer | InitializerName;
}

/**
 * output = (input − mean) / √(variance + epsilon) · gamma + beta, for each place of the last axis. In training, mean
 * and variance are those of the whole batch, and the moving ones follow them; otherwise, and where the layer is not
 * trainable, they are the moving ones.
 *
 * Weights, all `[C]`: gamma and beta, which are trained; moving_mean and moving_variance, which are not.
 *
 * Input shape: any, `[batch, …, C]`.
 *
 * Output shape: the same.
 *
 * Ioffe and Szegedy, "Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift"
 * (ICML 2015).
 *
 * @example
 * new BatchNormalization({ momentum: 0.9 }).outputShape([14, 14, 64]); // [14, 14, 64]
 */
export class BatchNormalization extends AffineLayer {
  readonly className = "BatchNormalization";
  readonly momentum: number;
  private readonly axis: number;
  private readonly movingMean: WeightRules;
  private readonly movingVariance: WeightRules;

  /** @throws HeddleError for a momentum outside 0..1, an epsilon below 0, unknown names, and later for another axis */
  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.axis = axisOf(this.who, withDefault(options.axis, -1));
    this.momentum = withDefault(options.momentum, 0.99);
    if (!(typeof this.momentum === "number" && this.momentum >= 0 && this.momentum <= 1)) {
      throw new HeddleError({
        who: this.who,
        expected: "momentum to be from 0 to 1",
        received: String(options.momentum),
        next: "Correct momentum, or omit it.",
      });
    }
    this.movingMean = weightRules(this.who, "movingMean", {
      initializer: withDefault(options.movingMeanInitializer, "Zeros"),
    });
    this.movingVariance = weightRules(this.who, "movingVariance", {
      initializer: withDefault(options.movingVarianceInitializer, "Ones"),
    });
  }

  static fromConfig(config: JsonObject): BatchNormalization {
    const who = "BatchNormalization";
    return checkedLayer(
      config,
      new BatchNormalization({
        ...affineOptionsIn(who, config),
        ...rulesIn(who, config, "moving_mean", "moving_variance"),
        ...optionsIn(config, "axis"),
        momentum: numberIn(config, "momentum", 0.99),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    checkLastAxis(this.who, this.axis, input);
    return input;
  }

  protected override createWeights(input: Shape): void {
    const shape = [input.at(-1)!];
    this.addAffineWeights(shape);
    this.addWeight("moving_mean", shape, { ...this.movingMean, trained: false });
    this.addWeight("moving_variance", shape, { ...this.movingVariance, trained: false });
  }

  override lower(): OpNode[] {
    const [movingMean, movingVariance] = this.weights.slice(-2);
    return [
      {
        op: "batchNormalization",
        owner: this.name,
        epsilon: this.epsilon,
        momentum: this.momentum,
        relu: false,
        frozen: !this.trainable,
        ...this.affine,
        movingMean: movingMean!,
        movingVariance: movingVariance!,
      },
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      axis: -1,
      momentum: this.momentum,
      moving_mean_initializer: serialize(this.movingMean.initializer),
      moving_variance_initializer: serialize(this.movingVariance.initializer),
    };
  }
}
