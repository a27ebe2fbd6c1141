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
  /** The slope of `leakyRelu` or the size of `elu` below 0; Keras's by default. */
  readonly alpha?: number;
}

/** What Keras's activations of these names have below 0. */
const ALPHAS: Partial<Record<ElementwiseActivation, number>> = { leakyRelu: 0.2, elu: 1 };

/** The slope of a `leakyRelu` or the size of an `elu` below 0; 0 for the others, which have none. */
export function alphaOf({ activation, alpha }: Pick<ActivationNode, "activation" | "alpha">): number {
  return alpha ?? ALPHAS[activation] ?? 0;
}

/** y = f(x), element by element. Backward: dx = dy · f′(x), for tanh and sigmoid from y. */
function emitElementwiseActivation(e: Emitter, node: ActivationNode, x: Value): [Value, Backward] {
  const { activation } = node;
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
  const kind = { kind: numberedActivations.indexOf(activation), alpha: alphaOf(node) };
  e.call("activationForward", "forward", { y: y.data, x: x.data, ...sizes, ...kind });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("activationBackward", "backward", { dx, dy, x: x.data, ...sizes, ...kind });
    },
  ];
}

export const activation: Op<ActivationNode> = {
  emit: emitElementwiseActivation,
};
