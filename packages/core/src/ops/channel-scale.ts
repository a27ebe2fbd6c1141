import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import { emitCombination } from "./elementwise-merge.js";
import { emitSumShards, shardGradient } from "./gradients.js";
import type { NodeOf, Op } from "./op.js";
import type { Weight } from "./weight.js";

export interface ChannelScaleNode extends NodeOf<"channelScale"> {
  readonly gamma: Weight | undefined;
  readonly beta?: Weight | undefined;
}

/**
 * y = x · gamma + beta, one of each for each channel, at least one of them a weight: x y [rows, C], gamma beta [C].
 * Backward: dx = dy · gamma, dgamma = Σ x · dy, dbeta = Σ dy.
 */
export const channelScale: Op<ChannelScaleNode> = {
  weights: ["gamma", "beta"],
  emit(e, { gamma, beta }, x) {
    const C = x.shape.at(-1)!;
    const rows = sizeOf(x.shape) / C;
    const sizes = { N: "samples", rows, C } as const;
    const flat = (data: Buffer) => ({ shape: [rows, C], data });
    const y = e.value("output", x.shape);
    const scaled = gamma ? y : x;
    if (gamma) {
      emitCombination(e, "forward", "multiply", flat(y.data), flat(x.data), { ...gamma, isShared: true });
    }
    if (beta) {
      emitCombination(e, "forward", "add", flat(y.data), flat(scaled.data), { ...beta, isShared: true });
    }
    return [
      y,
      (dy, dx) => {
        if (gamma?.gradient) {
          const dgamma = shardGradient(e, "gamma gradient", C);
          e.call("productGradient", "backward", { dgamma, x: x.data, dy, ...sizes });
          emitSumShards(e, gamma.gradient, dgamma, C);
        }
        if (beta?.gradient) {
          const db = shardGradient(e, "beta gradient", C);
          e.call("biasGradient", "backward", { db, dy, N: "samples", rows, K: C });
          emitSumShards(e, beta.gradient, db, C);
        }
        if (!dx) return;
        if (!gamma) e.call("copy", "backward", { y: dx, x: dy, N: "samples", bytes: 4 * rows * C });
        else emitCombination(e, "backward", "multiply", flat(dx), flat(dy), { ...gamma, isShared: true });
      },
    ];
  },
};
