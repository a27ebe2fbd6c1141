import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { Constraint } from "../constraints/index.js";
import type { Initializer } from "../initializers/index.js";
import { type Conv2DGeometry, conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import type { Regularizer } from "../regularizers/index.js";
import { activationNodes } from "./activation.js";
import {
  type ActivationName,
  type ActivationOption,
  activationOf,
  kerasActivation,
} from "./activation-names.js";
import { type ConvWindow, type ConvWindowOptions, convWindow, windowConfig } from "./conv-window.js";
import { Layer, type LayerOptions } from "./layer.js";
import { inOrder, rulesConfig, type Size2D, type WeightRules, weightRules } from "./options.js";

export interface DepthwiseConv2DOptions extends LayerOptions, ConvWindowOptions {
  /** Output channels of each input channel; 1 by default. */
  readonly depthMultiplier?: number;
  /** By Heddle's or Keras's name; `"linear"` by default. */
  readonly activation?: ActivationOption;
  /** Whether a bias is added; true by default. */
  readonly useBias?: boolean;
  /** `"glorotUniform"` by default. */
  readonly depthwiseInitializer?: Initializer | string;
  /** `"zeros"` by default. */
  readonly biasInitializer?: Initializer | string;
  /** Penalty on the kernel's size; none by default. */
  readonly depthwiseRegularizer?: Regularizer | string;
  /** Penalty on the bias's size; none by default. */
  readonly biasRegularizer?: Regularizer | string;
  /** What the kernel is held to after each update; nothing by default. */
  readonly depthwiseConstraint?: Constraint | string;
  /** The same for the bias. */
  readonly biasConstraint?: Constraint | string;
}

/**
 * A convolution of each channel by itself.
 *
 * Input `[batch, H, W, C]`, kernel `[R, S, C, M]`, output `[batch, P, Q, C·M]`: channel `c·M + m` from channel `c`.
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
  private readonly activation: ActivationName;
  private readonly useBias: boolean;
  private readonly depthwise: WeightRules;
  private readonly bias: WeightRules;

  /**
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1, unknown names, and strides together with dilation
   */
  constructor(kernelSize: Size2D, options: DepthwiseConv2DOptions = {}) {
    super(options);
    this.depthMultiplier = wholeNumber(this.who, "depthMultiplier", options.depthMultiplier ?? 1);
    this.window = convWindow(this.who, kernelSize, options);
    this.activation = activationOf(this.who, options.activation);
    this.useBias = options.useBias ?? true;
    this.depthwise = weightRules(this.who, "depthwise", options);
    this.bias = weightRules(this.who, "bias", options, "Zeros");
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, K } = this.geometry(input);
    return [P, Q, K];
  }

  protected override createWeights(input: Shape): void {
    const channels = input[2]!;
    const shape = [...this.window.kernelSize, channels, this.depthMultiplier];
    this.addWeight("kernel", shape, ...inOrder(this.depthwise));
    if (this.useBias) this.addWeight("bias", [channels * this.depthMultiplier], ...inOrder(this.bias));
  }

  override lower(input: Shape): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    const geometry = this.geometry(input);
    return [
      { op: "depthwiseConv2d", owner, geometry, kernel: kernel!, bias, relu: false },
      ...activationNodes(owner, this.activation),
    ];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      ...windowConfig(this.window),
      activation: kerasActivation(this.activation),
      use_bias: this.useBias,
      ...rulesConfig("depthwise", this.depthwise),
      ...rulesConfig("bias", this.bias),
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
