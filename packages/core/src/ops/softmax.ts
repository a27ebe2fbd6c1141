import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

export type SoftmaxNode = NodeOf<"softmax">;

/** y = softmax over the last axis. Backward: dx = y · (dy − Σ dy · y). */
function emitSoftmax(e: Emitter, x: Value): [Value, Backward] {
  const K = x.shape.at(-1)!;
  const rows = sizeOf(x.shape) / K;
  const y = e.value("output", x.shape);
  e.call("softmaxForward", "forward", { y: y.data, x: x.data, N: "samples", rows, K });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("softmaxBackward", "backward", { dx, dy, y: y.data, N: "samples", rows, K });
    },
  ];
}

export const softmax: Op<SoftmaxNode> = { emit: (e, _, x) => emitSoftmax(e, x) };
