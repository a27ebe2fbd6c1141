import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { emitSumShards, shardGradient } from "./gradients.js";
import type { NodeOf, Op, WithParameters } from "./op.js";
import type { Weight } from "./weight.js";

/** γ and β are weights [L], L the values that are normalized together. */
export interface LayerNormalizationNode extends NodeOf<"layerNormalization"> {
  readonly gamma: Weight | undefined;
  readonly beta: Weight | undefined;
  /** L: how many consecutive values of a sample share a mean and a variance. */
  readonly length: number;
  /** Added to the variance. */
  readonly epsilon: number;
}

/** y = (x − mean) / √(variance + ε) · γ + β, each of `rows` rows of a sample by its own statistics: x y [rows, L]. */
function emitLayerNormalization(
  e: Emitter,
  { gamma, beta, length: L, epsilon }: WithParameters<LayerNormalizationNode>,
  x: Value,
): [Value, Backward] {
  const rows = sizeOf(x.shape) / L;
  const y = e.value("output", x.shape);
  const statistics = e.value("statistics", [rows, 2]).data;
  const zeros = e.zeros(L);
  const sizes = { N: "samples", rows, L } as const;
  const bend = { gamma: gamma?.data ?? zeros, hasGamma: gamma ? 1 : 0 };
  const affine = { ...bend, beta: beta?.data ?? zeros };
  e.call("layerNormalization", "forward", { y: y.data, x: x.data, statistics, ...affine, ...sizes, epsilon });
  return [
    y,
    (dy, dx) => {
      if (gamma?.gradient || beta?.gradient) {
        const dgamma = shardGradient(e, "gamma gradient", L);
        const dbeta = shardGradient(e, "beta gradient", L);
        const gradients = { dgamma, dbeta, dy, x: x.data, statistics };
        e.call("layerNormalizationGradient", "backward", { ...gradients, ...sizes });
        if (gamma?.gradient) emitSumShards(e, gamma.gradient, dgamma, L);
        if (beta?.gradient) emitSumShards(e, beta.gradient, dbeta, L);
      }
      if (!dx) return;
      e.call("layerNormalizationBackward", "backward", { dx, dy, x: x.data, statistics, ...bend, ...sizes });
    },
  ];
}

export const layerNormalization: Op<LayerNormalizationNode> = {
  emit: emitLayerNormalization,
  weights: ["gamma", "beta"],
};
