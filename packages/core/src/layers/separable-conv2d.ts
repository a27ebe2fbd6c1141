import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import type { Constraint } from "../constraints/index.js";
import type { Initializer } from "../initializers/index.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import type { Regularizer } from "../regularizers/index.js";
import { activationNodes } from "./activation.js";
import { type ActivationName, activationOf, kerasActivation } from "./activation-names.js";
import { type ConvWindow, convWindow, POINT, windowConfig } from "./conv-window.js";
import type { DepthwiseConv2DOptions } from "./depthwise-conv2d.js";
import { Layer } from "./layer.js";
import { inOrder, rulesConfig, type Size2D, type WeightRules, weightRules } from "./options.js";

export interface SeparableConv2DOptions extends DepthwiseConv2DOptions {
  /** `"glorotUniform"` by default. */
  readonly pointwiseInitializer?: Initializer | string;
  /** Penalty on the pointwise kernel's size; none by default. */
  readonly pointwiseRegularizer?: Regularizer | string;
  /** What the pointwise kernel is held to after each update; nothing by default. */
  readonly pointwiseConstraint?: Constraint | string;
}

/**
 * A convolution of each channel by itself, then a 1×1 convolution that mixes the channels; bias and activation come
 * behind both.
 *
 * Input `[batch, H, W, C]`, kernels `[R, S, C, M]` and `[1, 1, C·M, filters]`, output `[batch, P, Q, filters]`.
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
  private readonly activation: ActivationName;
  private readonly useBias: boolean;
  private readonly rules: Readonly<Record<"depthwise" | "pointwise" | "bias", WeightRules>>;

  /**
   * @param filters output channels
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1, unknown names, and strides together with dilation
   */
  constructor(filters: number, kernelSize: Size2D, options: SeparableConv2DOptions = {}) {
    super(options);
    const { who } = this;
    this.filters = wholeNumber(who, "filters", filters);
    this.depthMultiplier = wholeNumber(who, "depthMultiplier", options.depthMultiplier ?? 1);
    this.window = convWindow(who, kernelSize, options);
    this.activation = activationOf(who, options.activation);
    this.useBias = options.useBias ?? true;
    this.rules = {
      depthwise: weightRules(who, "depthwise", options),
      pointwise: weightRules(who, "pointwise", options),
      bias: weightRules(who, "bias", options, "Zeros"),
    };
  }

  override outputShape(input: Shape): Shape {
    const { P, Q } = this.depthwise(input);
    return [P, Q, this.filters];
  }

  protected override createWeights(input: Shape): void {
    const { rules, depthMultiplier } = this;
    const channels = input[2]!;
    const depthwise = [...this.window.kernelSize, channels, depthMultiplier];
    const pointwise = [1, 1, channels * depthMultiplier, this.filters];
    this.addWeight("depthwise_kernel", depthwise, ...inOrder(rules.depthwise));
    this.addWeight("pointwise_kernel", pointwise, ...inOrder(rules.pointwise));
    if (this.useBias) this.addWeight("bias", [this.filters], ...inOrder(rules.bias));
  }

  override lower(input: Shape): OpNode[] {
    const [depthwise, pointwise, bias] = this.weights;
    const owner = this.name;
    const geometry = this.depthwise(input);
    const { P, Q, K } = geometry;
    const mixing = conv2dGeometry([P, Q, K], { who: this.who, filters: this.filters, ...POINT });
    return [
      { op: "depthwiseConv2d", owner, geometry, kernel: depthwise!, bias: undefined, relu: false },
      { op: "conv2d", owner, geometry: mixing, kernel: pointwise!, bias, relu: false },
      ...activationNodes(owner, this.activation),
    ];
  }

  override getConfig(): JsonObject {
    const { depthwise, pointwise, bias } = this.rules;
    return {
      ...super.getConfig(),
      depth_multiplier: this.depthMultiplier,
      filters: this.filters,
      ...windowConfig(this.window),
      activation: kerasActivation(this.activation),
      use_bias: this.useBias,
      ...rulesConfig("depthwise", depthwise),
      ...rulesConfig("pointwise", pointwise),
      ...rulesConfig("bias", bias),
    };
  }

  /** The sizes of the depthwise half. */
  private depthwise(input: Shape) {
    const [, , channels] = imageShape(this.who, input);
    const filters = channels * this.depthMultiplier;
    return conv2dGeometry(input, { who: this.who, filters, ...this.window });
  }
}
