import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import type { Initializer } from "../initializers/index.js";
import type { Weight } from "../ops/weight.js";
import type { Regularizer } from "../regularizers/index.js";
import { Layer, type LayerOptions } from "./layer.js";
import { initializerOf, regularizerOf, rulesNamed } from "./options.js";

/** Options of layers that normalize, then multiply by γ and add β. */
export interface AffineLayerOptions extends LayerOptions {
  /** Added to the variance; 1e-3 by default. */
  readonly epsilon?: number;
  /** Whether β is added; true by default. */
  readonly center?: boolean;
  /** Whether γ multiplies; true by default. */
  readonly scale?: boolean;
  /** `"zeros"` by default. */
  readonly betaInitializer?: Initializer | string;
  /** `"ones"` by default. */
  readonly gammaInitializer?: Initializer | string;
  /** Penalty on β; none by default. */
  readonly betaRegularizer?: Regularizer | string;
  /** Penalty on γ; none by default. */
  readonly gammaRegularizer?: Regularizer | string;
}

/** A layer that normalizes, then multiplies by γ and adds β, where it has them. */
export abstract class AffineLayer extends Layer {
  // A getter in each class: the constructor here names it in messages.
  abstract override get className(): string;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  private readonly betaInitializer: Initializer;
  private readonly gammaInitializer: Initializer;
  private readonly betaRegularizer: Regularizer | undefined;
  private readonly gammaRegularizer: Regularizer | undefined;

  constructor(options: AffineLayerOptions) {
    super(options);
    const { who } = this;
    this.epsilon = options.epsilon ?? 1e-3;
    if (!(this.epsilon >= 0 && Number.isFinite(this.epsilon))) {
      throw new HeddleError({
        who,
        expected: "epsilon to be a number of at least 0",
        received: String(options.epsilon),
        next: "Correct epsilon, or leave it out.",
      });
    }
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.betaInitializer = initializerOf(who, options.betaInitializer ?? "Zeros");
    this.gammaInitializer = initializerOf(who, options.gammaInitializer ?? "Ones");
    this.betaRegularizer = regularizerOf(who, options.betaRegularizer);
    this.gammaRegularizer = regularizerOf(who, options.gammaRegularizer);
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  /** Adds γ, then β, where the layer has them. */
  protected addAffineWeights(shape: Shape): void {
    if (this.scale) this.addWeight("gamma", shape, this.gammaInitializer, this.gammaRegularizer);
    if (this.center) this.addWeight("beta", shape, this.betaInitializer, this.betaRegularizer);
  }

  /** γ and β of the layer. */
  protected get affine(): { readonly gamma: Weight | undefined; readonly beta: Weight | undefined } {
    return {
      gamma: this.scale ? this.weights[0] : undefined,
      beta: this.center ? this.weights[this.scale ? 1 : 0] : undefined,
    };
  }

  override getConfig(): JsonObject {
    const { betaRegularizer, gammaRegularizer } = this;
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      beta_initializer: serialize(this.betaInitializer),
      gamma_initializer: serialize(this.gammaInitializer),
      beta_regularizer: betaRegularizer ? serialize(betaRegularizer) : null,
      gamma_regularizer: gammaRegularizer ? serialize(gammaRegularizer) : null,
    };
  }
}

/** What of a Keras configuration every AffineLayer takes, and the initializers of the names in `others`. */
export function affineOptions(
  who: string,
  config: JsonObject,
  ...others: `${string}_initializer`[]
): AffineLayerOptions {
  return {
    ...(typeof config["epsilon"] === "number" ? { epsilon: config["epsilon"] } : {}),
    center: config["center"] !== false,
    scale: config["scale"] !== false,
    ...rulesNamed(who, config, [
      ...(["beta_initializer", "gamma_initializer"] as const),
      ...(["beta_regularizer", "gamma_regularizer"] as const),
      ...others,
    ]),
  };
}
