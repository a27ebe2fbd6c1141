import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

export type ReluNode = NodeOf<"relu">;

/** y = max(0, x). Backward: dx = dy where y > 0. */
function emitRelu(e: Emitter, x: Value): [Value, Backward] {
  const count = sizeOf(x.shape);
  const y = e.value("output", x.shape);
  e.call("reluForward", "forward", { y: y.data, x: x.data, N: "samples", count });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("reluBackward", "backward", { dx, dy, y: y.data, N: "samples", count });
    },
  ];
}

export const relu: Op<ReluNode> = { emit: (e, _, x) => emitRelu(e, x) };
