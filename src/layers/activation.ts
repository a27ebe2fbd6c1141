import type { JsonObject } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import type { OpNode } from "../ops/node.js";
import { Layer, type LayerOptions } from "./layer.js";
import { type ActivationName, activationOf } from "./options.js";

/**
 * An activation as a layer of its own: `"relu"`, `"softmax"` (over the last axis) or `"linear"`.
 *
 * Input and output have the same shape.
 *
 * @example
 * new Activation("relu").outputShape([26, 26, 16]); // [26, 26, 16]
 */
export class Activation extends Layer {
  readonly className = "Activation";
  readonly activation: ActivationName;

  constructor(activation: ActivationName, options: LayerOptions = {}) {
    super(options);
    this.activation = activationOf(this.who, activation);
  }

  override outputShape(input: Shape): Shape {
    return input;
  }

  override lower(): OpNode[] {
    return activationNodes(this.name, this.activation);
  }

  override getConfig(): JsonObject {
    return { ...super.getConfig(), activation: this.activation };
  }
}

/** The ops of an activation: none for linear. */
export function activationNodes(owner: string, activation: ActivationName): OpNode[] {
  return activation === "linear" ? [] : [{ op: activation, owner }];
}
