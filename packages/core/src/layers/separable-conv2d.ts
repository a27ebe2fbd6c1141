import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { Constraint, ConstraintName } from "../constraints/index.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import { activationNodes } from "./activation.js";
import { layerOptions } from "./config.js";
import {
  type ConvWindow,
  convWindow,
  convWindowIn,
  kernelSizeIn,
  POINT,
  windowConfig,
} from "./conv-window.js";
import { type DepthwiseConv2DOptions, depthwiseRules } from "./depthwise-conv2d.js";
import { checkedLayer } from "./ignored-keys.js";
import { activationConfig, type BiasSettings, biasOptionsIn, biasSettings } from "./kernel-options.js";
import { Layer } from "./layer.js";
import type { Size2D } from "./options.js";
import { withDefault } from "./options.js";
import { rulesConfig, type WeightRules, weightRules } from "./weight-rules.js";

export interface SeparableConv2DOptions extends DepthwiseConv2DOptions {
  /**
   * Initial values of the pointwise kernel.
   *
   * @defaultValue `"glorotUniform"`
   */
  readonly pointwiseInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the pointwise kernel's size.
   *
   * @defaultValue none
   */
  readonly pointwiseRegularizer?: Regularizer | RegularizerName;
  /**
   * Constraint on the pointwise kernel, applied after each update.
   *
   * @defaultValue none
   */
  readonly pointwiseConstraint?: Constraint | ConstraintName;
}

/**
 * A convolution of each channel by itself, then a 1×1 convolution that mixes the channels; bias and activation follow
 * both.
 *
 * Weights: depthwise kernel `[R, S, C, M]`, M the depth multiplier, pointwise kernel `[1, 1, C·M, filters]`, and bias
 * `[filters]` unless `useBias` is false.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, P, Q, filters]`; P and Q as for `Conv2D`.
 *
 * @example
 * const layer = new SeparableConv2D(32, 3, { padding: "same", activation: "relu" });
 * layer.outputShape([28, 28, 16]); // [28, 28, 32]
 */
export class SeparableConv2D extends Layer {
  readonly className = "SeparableConv2D";
  protected override readonly positional: readonly string[] = ["filters", "kernelSize"];
  readonly filters: number;
  readonly depthMultiplier: number;
  readonly window: ConvWindow;
  private readonly depthwise: WeightRules;
  private readonly pointwise: WeightRules;
  private readonly settings: BiasSettings;

  /**
   * @param filters output channels
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1, unknown names, and strides together with dilation
   */
  constructor(filters: number, kernelSize: Size2D, options: SeparableConv2DOptions = {}) {
    super(options);
    const { who } = this;
    this.filters = wholeNumber(who, "filters", filters);
    this.depthMultiplier = wholeNumber(who, "depthMultiplier", withDefault(options.depthMultiplier, 1));
    this.window = convWindow(who, kernelSize, options);
    this.depthwise = depthwiseRules(who, options);
    this.pointwise = weightRules(who, "pointwise", {
      initializer: withDefault(options.pointwiseInitializer, "GlorotUniform"),
      regularizer: options.pointwiseRegularizer,
      constraint: options.pointwiseConstraint,
    });
    this.settings = biasSettings(who, options);
  }

  static fromConfig(config: JsonObject): SeparableConv2D {
    const who = "SeparableConv2D";
    return checkedLayer(
      config,
      new SeparableConv2D(numberIn(config, "filters"), kernelSizeIn(config), {
        ...layerOptions(config),
        ...biasOptionsIn(who, config, "depthwise", "pointwise"),
        ...convWindowIn(who, config),
        depthMultiplier: numberIn(config, "depth_multiplier", 1),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    const { P, Q } = this.depthwiseGeometry(input);
    return [P, Q, this.filters];
  }

  protected override createWeights(input: Shape): void {
    const { depthMultiplier, filters, settings } = this;
    const channels = input[2]!;
    const depthwise = [...this.window.kernelSize, channels, depthMultiplier];
    const pointwise = [1, 1, channels * depthMultiplier, filters];
    this.addWeight("depthwise_kernel", depthwise, this.depthwise);
    this.addWeight("pointwise_kernel", pointwise, this.pointwise);
    if (settings.useBias) this.addWeight("bias", [filters], settings.bias);
  }

  override lower(input: Shape): OpNode[] {
    const [depthwise, pointwise, bias] = this.weights;
    const owner = this.name;
    const geometry = this.depthwiseGeometry(input);
    const { P, Q, K } = geometry;
    const mixing = conv2dGeometry([P, Q, K], { who: this.who, filters: this.filters, ...POINT });
    return [
      { op: "depthwiseConv2d", owner, geometry, kernel: depthwise!, bias: undefined, relu: false },
      { op: "conv2d", owner, geometry: mixing, kernel: pointwise!, bias, relu: false },
      ...activationNodes(owner, this.settings.activation),
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      filters: this.filters,
      ...windowConfig(this.window),
      ...activationConfig(this.settings),
      ...rulesConfig({ depthwise: this.depthwise }),
      ...rulesConfig({ pointwise: this.pointwise }),
      ...rulesConfig({ bias: this.settings.bias }),
    };
  }

  /** The sizes of the depthwise half. */
  private depthwiseGeometry(input: Shape) {
    const [, , channels] = imageShape(this.who, input);
    const filters = channels * this.depthMultiplier;
    return conv2dGeometry(input, { who: this.who, filters, ...this.window });
  }
}
