import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { formatShape, type Shape, sizeOf, wholeNumber } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { activationNodes } from "./activation.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type KernelOptions, type KernelSettings, kernelConfig, kernelSettings } from "./options.js";

export interface DenseOptions extends LayerOptions, KernelOptions {}

/**
 * Every output unit reads every input.
 *
 * Input `[batch, I]`, kernel `[I, units]`, output `[batch, units]`.
 *
 * @example
 * new Dense(10, { activation: "softmax" }).outputShape([4608]); // [10]
 */
export class Dense extends Layer {
  readonly className = "Dense";
  readonly units: number;
  private readonly settings: KernelSettings;

  /**
   * @param units outputs
   * @throws HeddleError when the input is not flat
   */
  constructor(units: number, options: DenseOptions = {}) {
    super(options);
    this.units = wholeNumber(this.who, "units", units);
    this.settings = kernelSettings(this.who, options);
  }

  override outputShape(input: Shape): Shape {
    if (input.length !== 1) {
      throw new HeddleError({
        who: this.who,
        expected: `input [batch, ${sizeOf(input)}]`,
        received: formatShape(input),
        next: "Add Flatten before it.",
      });
    }
    return [this.units];
  }

  protected override createWeights(input: Shape): void {
    const { kernelInitializer, biasInitializer, kernelRegularizer, useBias } = this.settings;
    this.addWeight("kernel", [input[0]!, this.units], kernelInitializer, kernelRegularizer);
    if (useBias) this.addWeight("bias", [this.units], biasInitializer, undefined);
  }

  override lower(): OpNode[] {
    const [kernel, bias] = this.weights;
    const owner = this.name;
    return [
      { op: "dense", owner, kernel: kernel!, bias, relu: false },
      ...activationNodes(owner, this.settings.activation),
    ];
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), units: this.units, ...kernelConfig(this.settings) };
  }
}
