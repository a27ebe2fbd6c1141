import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import type { LossOperands } from "./loss.js";

/**
 * Softmax and cross-entropy of logits [K] against a class (i32) or a distribution (f32 [K]), and in training the
 * gradient by the logits, which is returned. Who is right falls out on the way.
 */
export function emitCrossEntropy(
  e: Emitter,
  operands: LossOperands,
  options: {
    readonly sparse: boolean;
    /** Share of the target that is spread evenly over all classes. */
    readonly smoothing: number;
  },
  logits: Value,
): Buffer | undefined {
  const K = logits.shape[0]!;
  const dx = e.options.training ? e.value("gradient", logits.shape).data : undefined;
  const { target, loss, correct, scale } = operands;
  const call = {
    loss,
    correct: correct ?? 0,
    scale,
    dx: dx ?? 0,
    x: logits.data,
    scratch: e.scratch(K),
    N: "samples",
    K,
    smoothing: options.smoothing,
  } as const;
  if (options.sparse) e.call("sparseCrossEntropy", "loss", { ...call, label: target });
  else e.call("categoricalCrossEntropy", "loss", { ...call, target });
  return dx;
}

/** The plain twin, in f64: the loss of each sample and its gradient by the logits, target a distribution. */
export function crossEntropyReference(
  logits: ArrayLike<number>,
  target: ArrayLike<number>,
  K: number,
): { loss: Float64Array; gradient: Float64Array } {
  const N = logits.length / K;
  const loss = new Float64Array(N);
  const gradient = new Float64Array(logits.length);
  for (let n = 0; n < N; n++) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < K; k++) top = Math.max(top, logits[n * K + k]!);
    let sum = 0;
    let mass = 0;
    for (let k = 0; k < K; k++) {
      sum += Math.exp(logits[n * K + k]! - top);
      mass += target[n * K + k]!;
    }
    const logSum = Math.log(sum) + top;
    for (let k = 0; k < K; k++) {
      const at = n * K + k;
      loss[n]! += target[at]! * (logSum - logits[at]!);
      gradient[at] = Math.exp(logits[at]! - logSum) * mass - target[at]!;
    }
  }
  return { loss, gradient };
}
