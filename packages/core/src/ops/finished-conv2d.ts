import { sameShape, sizeOf } from "../base/shape.js";
import { type BatchNormalizationNode, emitKnownScale } from "./batch-normalization.js";
import { type Conv2DNode, emitConv2D } from "./conv2d.js";
import { emitElementwise } from "./elementwise-merge.js";
import type { Emitter, MergeBackward, Parameter, Value } from "./emitter.js";
import type { Weight } from "./weight.js";

/**
 * A convolution and what follows it, which one kernel does while the pixels are in the cache. No layer lowers to it: the
 * compiler makes it where no gradient needs the values in between.
 */
export interface FinishedConv2DNode {
  readonly op: "finishedConv2d";
  readonly owner: string;
  /** Without ReLU. */
  readonly convolution: Conv2DNode;
  /** By its moving statistics; its ReLU is the node's. */
  readonly normalization: BatchNormalizationNode | undefined;
  /** Whether a second input is added. */
  readonly adds: boolean;
  /** Negative outputs become 0. */
  readonly relu: boolean;
}

/** The weights, in the order of the ops. */
export function finishedConv2DWeights({ convolution, normalization }: FinishedConv2DNode): Weight[] {
  const { kernel, bias } = convolution;
  const { gamma, beta, movingMean, movingVariance } = normalization ?? {};
  return [kernel, bias, gamma, beta, movingMean, movingVariance].filter((weight) => weight !== undefined);
}

/** y = max(low, (w ⋆ x + b − mean) / √(variance + ε) · γ + β + other), each part only where the node has it. */
export function emitFinishedConv2D(
  e: Emitter,
  { convolution, normalization, relu }: FinishedConv2DNode,
  [x, other]: readonly Value[],
  parameter: (weight: Weight) => Parameter,
): [Value, MergeBackward] {
  const { geometry, bias } = convolution;
  const { P, Q, K } = geometry;
  const optional = (weight: Weight | undefined) => weight && parameter(weight);
  const factors =
    normalization &&
    emitKnownScale(
      e,
      {
        epsilon: normalization.epsilon,
        gamma: optional(normalization.gamma),
        beta: optional(normalization.beta),
        movingMean: parameter(normalization.movingMean),
        movingVariance: parameter(normalization.movingVariance),
      },
      K,
    );
  // A value that must be repeated is added afterwards.
  const isAtOnce = other === undefined || sameShape(other.shape, [P, Q, K]);
  const node = {
    ...convolution,
    kernel: parameter(convolution.kernel),
    bias: optional(bias),
    relu: relu && isAtOnce,
  };
  const [y] = emitConv2D(e, node, x!, { factors, other: isAtOnce ? other : undefined });
  if (isAtOnce) return [y, withoutGradient];
  const [sum] = emitElementwise(e, "add", [y, other]);
  const count = sizeOf(sum.shape);
  if (relu) e.call("reluForward", "forward", { y: sum.data, x: sum.data, N: "samples", count });
  return [sum, withoutGradient];
}

function withoutGradient(): never {
  throw new Error("a convolution with what follows it is emitted where there is no gradient");
}
