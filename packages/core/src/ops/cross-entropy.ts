import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import type { LossOperands } from "./loss.js";

/**
 * Softmax and cross-entropy of logits [K] against a class (i32) or a distribution (f32 [K]), and in training the
 * gradient by the logits, which is returned. Correctness comes as a by-product.
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
