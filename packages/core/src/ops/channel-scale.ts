import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import { emitCombination } from "./elementwise-merge.js";
import { emitSumShards, shardGradient } from "./gradients.js";
import type { NodeOf, Op } from "./op.js";
import type { Weight } from "./weight.js";

export interface ChannelScaleNode extends NodeOf<"channelScale"> {
  readonly gamma: Weight;
}

/** y = x · gamma, one factor for each channel: x y [rows, C], gamma [C]. Backward: dx = dy · gamma, dgamma = Σ x · dy. */
export const channelScale: Op<ChannelScaleNode> = {
  weights: ["gamma"],
  emit(e, { gamma }, x) {
    const C = x.shape.at(-1)!;
    const rows = sizeOf(x.shape) / C;
    const flat = (data: Buffer) => ({ shape: [rows, C], data });
    const y = e.value("output", x.shape);
    const factor = { ...gamma, isShared: true };
    emitCombination(e, "forward", "multiply", flat(y.data), flat(x.data), factor);
    return [
      y,
      (dy, dx) => {
        if (gamma.gradient) {
          const dgamma = shardGradient(e, "gamma gradient", C);
          e.call("productGradient", "backward", { dgamma, x: x.data, dy, N: "samples", rows, C });
          emitSumShards(e, gamma.gradient, dgamma, C);
        }
        if (dx) emitCombination(e, "backward", "multiply", flat(dx), flat(dy), factor);
      },
    ];
  },
};
