import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { type Conv2DGeometry, conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { imageShape } from "../ops/window.js";
import { activationNodes } from "./activation.js";
import { layerOptions } from "./config.js";
import {
  type ConvWindowOptions,
  convWindow,
  convWindowIn,
  kernelSizeIn,
  windowConfig,
} from "./conv-window.js";
import { checkedLayer } from "./ignored-keys.js";
import {
  activationConfig,
  type BiasSettings,
  biasOptionsIn,
  biasSettings,
  type KernelOptions,
  kernelRules,
} from "./kernel-options.js";
import { Layer, type LayerOptions } from "./layer.js";
import type { Size2D } from "./options.js";
import { withDefault } from "./options.js";
import { rulesConfig, type WeightRules } from "./weight-rules.js";

export interface Conv2DOptions extends LayerOptions, KernelOptions, ConvWindowOptions {
  /**
   * How many groups channels and filters are cut into; each filter reads only its own group.
   *
   * @defaultValue `1`
   */
  readonly groups?: number;
}

/**
 * Two-dimensional convolution.
 *
 * Weights: kernel `[R, S, C / groups, filters]`, and bias `[filters]` unless `useBias` is false.
 *
 * Input shape: `[batch, H, W, C]`.
 *
 * Output shape: `[batch, P, Q, filters]`; with padding `"valid"` and no dilation P = ⌊(H − R) / stride⌋ + 1, with
 * `"same"` P = ⌈H / stride⌉, and Q likewise.
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
  private readonly kernel: WeightRules;
  private readonly settings: BiasSettings;

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
    this.groups = wholeNumber(this.who, "groups", withDefault(options.groups, 1));
    this.checkGroups("filters", this.filters);
    this.kernel = kernelRules(this.who, options);
    this.settings = biasSettings(this.who, options);
  }

  static fromConfig(config: JsonObject): Conv2D {
    const who = "Conv2D";
    return checkedLayer(
      config,
      new Conv2D(numberIn(config, "filters"), kernelSizeIn(config), {
        ...layerOptions(config),
        ...biasOptionsIn(who, config, "kernel"),
        ...convWindowIn(who, config),
        groups: numberIn(config, "groups", 1),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    const { P, Q, K } = this.geometry(input);
    return [P, Q, K];
  }

  protected override createWeights(input: Shape): void {
    const { filters, settings } = this;
    this.addWeight("kernel", [...this.kernelSize, input[2]! / this.groups, filters], this.kernel);
    if (settings.useBias) this.addWeight("bias", [filters], settings.bias);
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
      ...windowConfig(this),
      groups: this.groups,
      ...activationConfig(this.settings),
      ...rulesConfig({ kernel: this.kernel, bias: this.settings.bias }),
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
