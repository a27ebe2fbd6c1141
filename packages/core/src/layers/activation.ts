import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import {
  type ActivationName,
  type ActivationOption,
  activationIn,
  activationOf,
  kerasActivation,
} from "./activation-names.js";
import { layerOptions } from "./config.js";
import { checkedLayer } from "./ignored-keys.js";
import { Layer, type LayerOptions } from "./layer.js";

/**
 * An activation as a layer of its own.
 *
 * Input shape: any, `[batch, …]`.
 *
 * Output shape: the same.
 *
 * @example
 * new Activation("leakyRelu").outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class Activation extends Layer {
  readonly className = "Activation";
  protected override readonly positional: readonly string[] = ["activation"];
  readonly activation: ActivationName;

  /**
   * @param activation Heddle's name or Keras's: `"hardSwish"`, `"hard_silu"`
   * @throws HeddleError for unknown names
   */
  constructor(activation: ActivationOption, options: LayerOptions = {}) {
    super(options);
    this.activation = activationOf(this.who, activation);
  }

  static fromConfig(config: JsonObject): Activation {
    return checkedLayer(config, new Activation(activationIn("Activation", config), layerOptions(config)));
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return activationNodes(this.name, this.activation);
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), activation: kerasActivation(this.activation) };
  }
}

/** The ops of an activation: none for linear. */
export function activationNodes(owner: string, activation: ActivationName): OpNode[] {
  if (activation === "linear") return [];
  if (activation === "relu" || activation === "softmax") return [{ op: activation, owner }];
  return [{ op: "activation", owner, activation }];
}
