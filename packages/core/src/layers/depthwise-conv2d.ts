import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { Constraint, ConstraintName } from "../constraints/index.js";
import type { Initializer, InitializerName } from "../initializers/index.js";
import { type Conv2DGeometry, conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import type { Regularizer, RegularizerName } from "../regularizers/index.js";
import { activationNodes } from "./activation.js";
import { layerOptions } from "./config.js";
import {
  type ConvWindow,
  type ConvWindowOptions,
  convWindow,
  convWindowIn,
  kernelSizeIn,
  windowConfig,
} from "./conv-window.js";
import { checkedLayer } from "./ignored-keys.js";
import {
  activationConfig,
  type BiasOptions,
  type BiasSettings,
  biasOptionsIn,
  biasSettings,
} from "./kernel-options.js";
import { Layer, type LayerOptions } from "./layer.js";
import type { Size2D } from "./options.js";
import { withDefault } from "./options.js";
import { rulesConfig, type WeightRules, weightRules } from "./weight-rules.js";

export interface DepthwiseConv2DOptions extends LayerOptions, BiasOptions, ConvWindowOptions {
  /**
   * Output channels of each input channel.
   *
   * @defaultValue `1`
   */
  readonly depthMultiplier?: number;
  /**
   * Initial values of the kernel.
   *
   * @defaultValue `"glorotUniform"`
   */
  readonly depthwiseInitializer?: Initializer | InitializerName;
  /**
   * Penalty on the kernel's size.
   *
   * @defaultValue none
   */
  readonly depthwiseRegularizer?: Regularizer | RegularizerName;
  /**
   * Constraint on the kernel, applied after each update.
   *
   * @defaultValue none
   */
  readonly depthwiseConstraint?: Constraint | ConstraintName;
}

/**
 * A convolution of each channel by itself.
 *
 * Weights: kernel `[R, S, C, M]`, M the depth multiplier, and bias `[C·M]` unless `useBias` is false.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, P, Q, C·M]`, channel `c·M + m` from channel `c`; P and Q as for `Conv2D`.
 *
 * @example
 * const layer = new DepthwiseConv2D(3, { padding: "same", activation: "relu" });
 * layer.outputShape([28, 28, 16]); // [28, 28, 16]
 */
export class DepthwiseConv2D extends Layer {
  readonly className = "DepthwiseConv2D";
  protected override readonly positional: readonly string[] = ["kernelSize"];
  readonly depthMultiplier: number;
  readonly window: ConvWindow;
  private readonly depthwise: WeightRules;
  private readonly settings: BiasSettings;

  /**
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1, unknown names, and strides together with dilation
   */
  constructor(kernelSize: Size2D, options: DepthwiseConv2DOptions = {}) {
    super(options);
    this.depthMultiplier = wholeNumber(this.who, "depthMultiplier", withDefault(options.depthMultiplier, 1));
    this.window = convWindow(this.who, kernelSize, options);
    this.depthwise = depthwiseRules(this.who, options);
    this.settings = biasSettings(this.who, options);
  }

  static fromConfig(config: JsonObject): DepthwiseConv2D {
    const who = "DepthwiseConv2D";
    return checkedLayer(
      config,
      new DepthwiseConv2D(kernelSizeIn(config), {
        ...layerOptions(config),
        ...biasOptionsIn(who, config, "depthwise"),
        ...convWindowIn(who, config),
        depthMultiplier: numberIn(config, "depth_multiplier", 1),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, K } = this.geometry(input);
    return [P, Q, K];
  }

  protected override createWeights(input: Shape): void {
    const { depthMultiplier, settings } = this;
    const channels = input[2]!;
    this.addWeight("kernel", [...this.window.kernelSize, channels, depthMultiplier], this.depthwise);
    if (settings.useBias) this.addWeight("bias", [channels * depthMultiplier], settings.bias);
  }

  override lower(input: Shape): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    const geometry = this.geometry(input);
    return [
      { op: "depthwiseConv2d", owner, geometry, kernel: kernel!, bias, relu: false },
      ...activationNodes(owner, this.settings.activation),
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      ...windowConfig(this.window),
      ...activationConfig(this.settings),
      ...rulesConfig({ depthwise: this.depthwise }),
      ...rulesConfig({ bias: this.settings.bias }),
    };
  }

  private geometry(input: Shape): Conv2DGeometry {
    const [, , channels] = imageShape(this.who, input);
    return conv2dGeometry(input, {
      who: this.who,
      filters: channels * this.depthMultiplier,
      ...this.window,
    });
  }
}

/** The rules of a depthwise kernel. */
export function depthwiseRules(who: string, options: DepthwiseConv2DOptions): WeightRules {
  return weightRules(who, "depthwise", {
    initializer: withDefault(options.depthwiseInitializer, "GlorotUniform"),
    regularizer: options.depthwiseRegularizer,
    constraint: options.depthwiseConstraint,
  });
}
