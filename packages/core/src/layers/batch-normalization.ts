import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import type { Initializer } from "../initializers/index.js";
import type { OpNode } from "../ops/node.js";
import { AffineLayer, type AffineLayerOptions } from "./affine-layer.js";
import { initializerOf } from "./options.js";

export interface BatchNormalizationOptions extends AffineLayerOptions {
  /** Share of the moving statistics that a training step keeps, 0..1; 0.99 by default. */
  readonly momentum?: number;
  /** `"zeros"` by default. */
  readonly movingMeanInitializer?: Initializer | string;
  /** `"ones"` by default. */
  readonly movingVarianceInitializer?: Initializer | string;
}

/**
 * output = (input − mean) / √(variance + epsilon) · gamma + beta, for each place of the last axis. In training, mean
 * and variance are those of the whole batch, and the moving ones follow them; otherwise, and where the layer is not
 * trainable, they are the moving ones.
 *
 * Input and output have the same shape, `[batch, …, C]`. Weights, all `[C]`: gamma and beta, which are trained;
 * moving_mean and moving_variance, which are not.
 *
 * @example
 * new BatchNormalization({ momentum: 0.9 }).outputShape([14, 14, 64]); // [14, 14, 64]
 */
export class BatchNormalization extends AffineLayer {
  override get className() {
    return "BatchNormalization";
  }

  readonly momentum: number;
  private readonly movingMeanInitializer: Initializer;
  private readonly movingVarianceInitializer: Initializer;

  /** @throws HeddleError for a momentum outside 0..1, an epsilon below 0 and unknown names */
  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    this.momentum = options.momentum ?? 0.99;
    if (!(this.momentum >= 0 && this.momentum <= 1)) {
      throw new HeddleError({
        who: this.who,
        expected: "momentum to be from 0 to 1",
        received: String(options.momentum),
        next: "Correct momentum, or leave it out.",
      });
    }
    this.movingMeanInitializer = initializerOf(this.who, options.movingMeanInitializer ?? "Zeros");
    this.movingVarianceInitializer = initializerOf(this.who, options.movingVarianceInitializer ?? "Ones");
  }

  protected override createWeights(input: Shape): void {
    const shape = [input.at(-1)!];
    this.addAffineWeights(shape);
    this.addWeight("moving_mean", shape, this.movingMeanInitializer, undefined, false);
    this.addWeight("moving_variance", shape, this.movingVarianceInitializer, undefined, false);
  }

  override lower(): OpNode[] {
    const { epsilon, momentum } = this;
    const [movingMean, movingVariance] = this.weights.slice(-2);
    return [
      {
        ...{ op: "batchNormalization", owner: this.name, epsilon, momentum, relu: false },
        ...{ frozen: !this.trainable, ...this.affine },
        ...{ movingMean: movingMean!, movingVariance: movingVariance! },
      },
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      axis: -1,
      momentum: this.momentum,
      moving_mean_initializer: serialize(this.movingMeanInitializer),
      moving_variance_initializer: serialize(this.movingVarianceInitializer),
    };
  }
}
