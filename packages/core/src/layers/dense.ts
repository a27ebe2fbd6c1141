import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { activationNodes } from "./activation.js";
import { POINT } from "./conv-window.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type KernelOptions, type KernelSettings, kernelConfig, kernelSettings } from "./options.js";

export interface DenseOptions extends LayerOptions, KernelOptions {}

/**
 * Every output unit reads every input.
 *
 * Input `[batch, …, I]`, kernel `[I, units]`, output `[batch, …, units]`: works on the last axis.
 *
 * @example
 * new Dense(10, { activation: "softmax" }).outputShape([4608]); // [10]
 */
export class Dense extends Layer {
  readonly className = "Dense";
  protected override readonly positional: readonly string[] = ["units"];
  readonly units: number;
  private readonly settings: KernelSettings;

  /**
   * @param units outputs
   * @throws HeddleError for units below 1 and unknown names
   */
  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    this.units = wholeNumber(this.who, "units", units);
    this.settings = kernelSettings(this.who, options);
  }

  override outputShape(input: Shape): Shape {
    return [...input.slice(0, -1), this.units];
  }

  protected override createWeights(input: Shape): void {
    const { settings } = this;
    const { kernelInitializer, kernelRegularizer, kernelConstraint } = settings;
    const shape = [input.at(-1)!, this.units];
    this.addWeight("kernel", shape, kernelInitializer, kernelRegularizer, true, kernelConstraint);
    if (!settings.useBias) return;
    const { biasInitializer, biasRegularizer, biasConstraint } = settings;
    this.addWeight("bias", [this.units], biasInitializer, biasRegularizer, true, biasConstraint);
  }

  override lower(input: Shape): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    const activation = activationNodes(owner, this.settings.activation);
    const product = { owner, kernel: kernel!, bias, relu: false } as const;
    if (input.length === 1) return [{ op: "dense", ...product }, ...activation];
    // Several rows to a sample are the pixels of a 1×1 convolution.
    const image = input.length === 3 ? input : [1, sizeOf(input.slice(0, -1)), input.at(-1)!];
    const geometry = conv2dGeometry(image, { who: this.who, filters: this.units, ...POINT });
    const convolution = { op: "conv2d", geometry, ...product } as const;
    if (input.length === 3) return [convolution, ...activation];
    return [convolution, ...activation, { op: "reshape", owner, shape: this.outputShape(input) }];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), units: this.units, ...kernelConfig(this.settings) };
  }
}
