import { booleanIn, numbersIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import type { Weight } from "../ops/weight.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import { layerOptions } from "./config.js";
import { Layer, type LayerOptions } from "./layer.js";
import { trueOrFalse, withDefault } from "./options.js";
import { rulesIn, type WeightRules, weightRules } from "./weight-rules.js";

/** Options of layers that normalize, then multiply by γ and add β. */
export interface AffineLayerOptions extends LayerOptions {
  /**
   * Added to the variance.
   *
   * @defaultValue `1e-3`
   */
  readonly epsilon?: number;
  /**
   * Whether β is added.
   *
   * @defaultValue `true`
   */
  readonly center?: boolean;
  /**
   * Whether γ multiplies.
   *
   * @defaultValue `true`
   */
  readonly scale?: boolean;
  /**
   * Initial values of β.
   *
   * @defaultValue `"zeros"`
   */
  readonly betaInitializer?: Initializer | InitializerName;
  /**
   * Initial values of γ.
   *
   * @defaultValue `"ones"`
   */
  readonly gammaInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the size of β.
   *
   * @defaultValue none
   */
  readonly betaRegularizer?: Regularizer | RegularizerName;
  /**
   * Penalty on the size of γ.
   *
   * @defaultValue none
   */
  readonly gammaRegularizer?: Regularizer | RegularizerName;
}

/** A layer that normalizes, then multiplies by γ and adds β, where it has them. */
export abstract class AffineLayer extends Layer {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  private readonly beta: WeightRules;
  private readonly gamma: WeightRules;

  constructor(options: AffineLayerOptions) {
    super(options);
    const { who } = this;
    this.epsilon = withDefault(options.epsilon, 1e-3);
    if (!(Number.isFinite(this.epsilon) && this.epsilon >= 0)) {
      throw new HeddleError({
        who,
        expected: "epsilon to be a number of at least 0",
        received: String(options.epsilon),
        next: "Correct epsilon, or omit it.",
      });
    }
    this.center = trueOrFalse(who, "center", options.center, true);
    this.scale = trueOrFalse(who, "scale", options.scale, true);
    this.beta = weightRules(who, "beta", {
      initializer: withDefault(options.betaInitializer, "Zeros"),
      regularizer: options.betaRegularizer,
    });
    this.gamma = weightRules(who, "gamma", {
      initializer: withDefault(options.gammaInitializer, "Ones"),
      regularizer: options.gammaRegularizer,
    });
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  /** Adds γ, then β, where the layer has them. */
  protected addAffineWeights(shape: Shape): void {
    if (this.scale) this.addWeight("gamma", shape, this.gamma);
    if (this.center) this.addWeight("beta", shape, this.beta);
  }

  /** γ and β of the layer. */
  protected get affine(): { readonly gamma: Weight | undefined; readonly beta: Weight | undefined } {
    return {
      gamma: this.scale ? this.weights[0] : undefined,
      beta: this.center ? this.weights[this.scale ? 1 : 0] : undefined,
    };
  }

  override getConfig(): JsonObject {
    const { beta, gamma } = this;
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      beta_initializer: serialize(beta.initializer),
      gamma_initializer: serialize(gamma.initializer),
      beta_regularizer: beta.regularizer ? serialize(beta.regularizer) : null,
      gamma_regularizer: gamma.regularizer ? serialize(gamma.regularizer) : null,
    };
  }
}

/** The options of a Keras configuration that every AffineLayer takes. */
export function affineOptionsIn(who: string, config: JsonObject): AffineLayerOptions {
  return {
    ...layerOptions(config),
    ...numbersIn(config, "epsilon"),
    center: booleanIn(config, "center", true),
    scale: booleanIn(config, "scale", true),
    ...rulesIn(who, config, "beta", "gamma"),
  };
}
