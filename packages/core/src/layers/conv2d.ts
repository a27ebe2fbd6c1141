import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { type Conv2DGeometry, conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { activationNodes } from "./activation.js";
import { type ConvWindowOptions, convWindow } from "./conv-window.js";
import { Layer, type LayerOptions } from "./layer.js";
import {
  type KernelOptions,
  type KernelSettings,
  kernelConfig,
  kernelSettings,
  type Size2D,
} from "./options.js";

export interface Conv2DOptions extends LayerOptions, KernelOptions, ConvWindowOptions {
  /** Into how many groups channels and filters are cut; each filter reads its group alone. 1 by default. */
  readonly groups?: number;
}

/**
 * Two-dimensional convolution.
 *
 * Input `[batch, H, W, C]`, kernel `[R, S, C / groups, filters]`, output `[batch, P, Q, filters]`.
 *
 * @example
 * const layer = new Conv2D(16, 3, { activation: "relu" });
 * layer.outputShape([28, 28, 1]); // [26, 26, 16]
 */
export class Conv2D extends Layer {
  readonly className = "Conv2D";
  protected override readonly positional: readonly string[] = ["filters", "kernelSize"];
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: "valid" | "same";
  readonly groups: number;
  private readonly settings: KernelSettings;

  /**
   * @param filters output channels
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1, unknown names, groups that do not divide the filters, and strides together
   *   with dilation
   */
  constructor(filters: number, kernelSize: Size2D, options: Conv2DOptions = {}) {
    super(options);
    this.filters = wholeNumber(this.who, "filters", filters);
    const window = convWindow(this.who, kernelSize, options);
    this.kernelSize = window.kernelSize;
    this.strides = window.strides;
    this.dilationRate = window.dilationRate;
    this.padding = window.padding;
    this.groups = wholeNumber(this.who, "groups", options.groups ?? 1);
    this.checkGroups("filters", this.filters);
    this.settings = kernelSettings(this.who, options);
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, K } = this.geometry(input);
    return [P, Q, K];
  }

  protected override createWeights(input: Shape): void {
    const { settings } = this;
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = settings;
    const shape = [...this.kernelSize, input[2]! / this.groups, this.filters];
    this.addWeight("kernel", shape, kernelInitializer, kernelRegularizer, true, kernelConstraint);
    if (!settings.useBias) return;
    const { biasInitializer, biasRegularizer, biasConstraint } = settings;
    this.addWeight("bias", [this.filters], biasInitializer, biasRegularizer, true, biasConstraint);
  }

  override lower(input: Shape): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    const { groups } = this;
    const geometry = this.geometry(input);
    const convolution = { owner, geometry, kernel: kernel!, bias, relu: false } as const;
    const activation = activationNodes(owner, this.settings.activation);
    if (groups === 1) return [{ op: "conv2d", ...convolution }, ...activation];
    // One input channel to a group: the kernels [R, S, 1, K] and [R, S, C, K / C] are the same numbers.
    if (groups === geometry.C) return [{ op: "depthwiseConv2d", ...convolution }, ...activation];
    return [{ op: "groupedConv2d", groups, ...convolution }, ...activation];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dilation_rate: this.dilationRate,
      groups: this.groups,
      ...kernelConfig(this.settings),
    };
  }

  private geometry(input: Shape): Conv2DGeometry {
    const [, , channels] = imageShape(this.who, input);
    this.checkGroups("input channels", channels);
    return conv2dGeometry(input, this);
  }

  private checkGroups(what: string, count: number): void {
    if (count % this.groups === 0) return;
    throw new HeddleError({
      who: this.who,
      expected: `groups that divide the ${count} ${what}`,
      received: `${this.groups} groups`,
      next: "Change groups, or the number of channels or filters.",
    });
  }
}
