import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { type Conv2DGeometry, conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { activationNodes } from "./activation.js";
import { Layer, type LayerOptions } from "./layer.js";
import {
  type KernelOptions,
  type KernelSettings,
  kernelConfig,
  kernelSettings,
  paddingOf,
  type Size2D,
  size2d,
} from "./options.js";

export interface Conv2DOptions extends LayerOptions, KernelOptions {
  /** Steps of the window; 1 by default. */
  readonly strides?: Size2D;
  /** `"valid"` (the default): no padding; `"same"`: zeros around, so that stride 1 keeps the size. */
  readonly padding?: "valid" | "same";
  /** Distance of the kernel's taps; 1 by default. */
  readonly dilationRate?: Size2D;
}

/**
 * Two-dimensional convolution.
 *
 * Input `[batch, H, W, C]`, kernel `[R, S, C, filters]`, output `[batch, P, Q, filters]`.
 *
 * @example
 * const layer = new Conv2D(16, 3, { activation: "relu" });
 * layer.outputShape([28, 28, 1]); // [26, 26, 16]
 */
export class Conv2D extends Layer {
  readonly className = "Conv2D";
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: "valid" | "same";
  private readonly settings: KernelSettings;

  /**
   * @param filters output channels
   * @param kernelSize window in pixels: one number, or `[height, width]`
   * @throws HeddleError for sizes below 1 and unknown names
   */
  constructor(filters: number, kernelSize: Size2D, options: Conv2DOptions = {}) {
    super(options);
    this.filters = wholeNumber(this.who, "filters", filters);
    this.kernelSize = size2d(this.who, "kernelSize", kernelSize);
    this.strides = size2d(this.who, "strides", options.strides ?? 1);
    this.dilationRate = size2d(this.who, "dilationRate", options.dilationRate ?? 1);
    this.padding = paddingOf(this.who, options.padding ?? "valid");
    this.settings = kernelSettings(this.who, options);
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, K } = this.geometry(input);
    return [P, Q, K];
  }

  protected override createWeights(input: Shape): void {
    const { kernelInitializer, biasInitializer, kernelRegularizer, useBias } = this.settings;
    const shape = [...this.kernelSize, input[2]!, this.filters];
    this.addWeight("kernel", shape, kernelInitializer, kernelRegularizer);
    if (useBias) this.addWeight("bias", [this.filters], biasInitializer, undefined);
  }

  override lower(input: Shape): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    const convolution = {
      op: "conv2d",
      owner,
      geometry: this.geometry(input),
      kernel: kernel!,
      bias,
      relu: false,
    } as const;
    return [convolution, ...activationNodes(owner, this.settings.activation)];
  }

  override getConfig(): JsonObject {
    return {
      ...super.getConfig(),
      filters: this.filters,
      kernel_size: this.kernelSize,
      strides: this.strides,
      padding: this.padding,
      dilation_rate: this.dilationRate,
      groups: 1,
      ...kernelConfig(this.settings),
    };
  }

  private geometry(input: Shape): Conv2DGeometry {
    return conv2dGeometry(input, this);
  }
}
