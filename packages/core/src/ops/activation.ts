import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";

/** y = max(0, x). Backward: dx = dy where y > 0. */
export function emitRelu(e: Emitter, x: Value): [Value, Backward] {
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

/** y = softmax over the last axis. Backward: dx = y · (dy − Σ dy · y). */
export function emitSoftmax(e: Emitter, x: Value): [Value, Backward] {
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

/** The plain twin of softmax, in f64: each row of K. */
export function softmaxReference(x: ArrayLike<number>, K: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += K) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) top = Math.max(top, x[row + k]!);
    let sum = 0;
    for (let k = 0; k < K; k++) sum += Math.exp(x[row + k]! - top);
    for (let k = 0; k < K; k++) y[row + k] = Math.exp(x[row + k]! - top) / sum;
  }
  return y;
}
