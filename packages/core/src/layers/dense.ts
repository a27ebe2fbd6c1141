import { numberIn } from "../base/config.js";
import type { JsonObject } from "../base/json.js";
import { type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import { conv2dGeometry } from "../ops/conv2d-geometry.js";
import type { OpNode } from "../ops/node.js";
import { activationNodes } from "./activation.js";
import { layerOptions } from "./config.js";
import { POINT } from "./conv-window.js";
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
import { rulesConfig, type WeightRules } from "./weight-rules.js";

export interface DenseOptions extends LayerOptions, KernelOptions {}

/**
 * Every output unit reads every input: works on the last axis.
 *
 * Weights: kernel `[I, units]`, and bias `[units]` unless `useBias` is false.
 *
 * Input shape: `[batch, …, I]`.
 *
 * Output shape: `[batch, …, units]`.
 *
 * @example
 * new Dense(10, { activation: "softmax" }).outputShape([4608]); // [10]
 */
export class Dense extends Layer {
  readonly className = "Dense";
  protected override readonly positional: readonly string[] = ["units"];
  readonly units: number;
  private readonly kernel: WeightRules;
  private readonly settings: BiasSettings;

  /**
   * @param units outputs
   * @throws HeddleError for units below 1 and unknown names
   */
  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    this.units = wholeNumber(this.who, "units", units);
    this.kernel = kernelRules(this.who, options);
    this.settings = biasSettings(this.who, options);
  }

  static fromConfig(config: JsonObject): Dense {
    return checkedLayer(
      config,
      new Dense(numberIn(config, "units"), {
        ...layerOptions(config),
        ...biasOptionsIn("Dense", config, "kernel"),
      }),
    );
  }

  override outputShape(input: Shape): Shape {
    return [...input.slice(0, -1), this.units];
  }

  protected override createWeights(input: Shape): void {
    const { units, settings } = this;
    this.addWeight("kernel", [input.at(-1)!, units], this.kernel);
    if (settings.useBias) this.addWeight("bias", [units], settings.bias);
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
    return {
      ...super.getConfig(),
      units: this.units,
      ...activationConfig(this.settings),
      ...rulesConfig({ kernel: this.kernel, bias: this.settings.bias }),
    };
  }
}
