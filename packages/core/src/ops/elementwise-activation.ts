import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

/** Activations that share a kernel. A name's index is its number in `kernels/activation.ts`. */
export const numberedActivations = [
  "leakyRelu",
  "elu",
  "selu",
  "gelu",
  "geluTanh",
  "silu",
  "softplus",
  "hardSwish",
] as const;

/** Activations of one element at a time, except ReLU. */
export type ElementwiseActivation = (typeof numberedActivations)[number] | "tanh" | "sigmoid";

export interface ActivationNode extends NodeOf<"activation"> {
  readonly activation: ElementwiseActivation;
}

/** y = f(x), element by element. Backward: dx = dy · f′(x), for tanh and sigmoid from y. */
function emitElementwiseActivation(
  e: Emitter,
  activation: ElementwiseActivation,
  x: Value,
): [Value, Backward] {
  const sizes = { N: "samples", count: sizeOf(x.shape) } as const;
  const y = e.value("output", x.shape);
  if (activation === "tanh" || activation === "sigmoid") {
    e.call(`${activation}Forward`, "forward", { y: y.data, x: x.data, ...sizes });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call(`${activation}Backward`, "backward", { dx, dy, y: y.data, ...sizes });
      },
    ];
  }
  const kind = numberedActivations.indexOf(activation);
  e.call("activationForward", "forward", { y: y.data, x: x.data, ...sizes, kind });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("activationBackward", "backward", { dx, dy, x: x.data, ...sizes, kind });
    },
  ];
}

export const activation: Op<ActivationNode> = {
  emit: (e, node, x) => emitElementwiseActivation(e, node.activation, x),
};
