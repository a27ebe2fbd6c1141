import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

/** Activations of one element at a time, except ReLU. A name's index is its number in `kernels/activation.ts`. */
export const elementwiseActivations = [
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "geluTanh",
  "silu",
  "sigmoid",
  "tanh",
  "softplus",
  "hardSwish",
] as const;
export type ElementwiseActivation = (typeof elementwiseActivations)[number];

export interface ActivationNode extends NodeOf<"activation"> {
  readonly activation: ElementwiseActivation;
}

/** y = f(x), element by element. Backward: dx = dy · f′(x). */
function emitElementwiseActivation(
  e: Emitter,
  activation: ElementwiseActivation,
  x: Value,
): [Value, Backward] {
  const sizes = {
    N: "samples",
    count: sizeOf(x.shape),
    kind: elementwiseActivations.indexOf(activation),
  } as const;
  const y = e.value("output", x.shape);
  e.call("activationForward", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("activationBackward", "backward", { dx, dy, x: x.data, ...sizes });
    },
  ];
}

export const activation: Op<ActivationNode> = {
  emit: (e, node, x) => emitElementwiseActivation(e, node.activation, x),
};
