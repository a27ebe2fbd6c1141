import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import type { LossOperands } from "./loss.js";

/**
 * Binary cross-entropy of each element of x against a target from 0 to 1, averaged over a sample's elements; in
 * training also the gradient by x, which is returned.
 */
export function emitBinaryCrossEntropy(
  e: Emitter,
  operands: Pick<LossOperands, "target" | "scale" | "loss">,
  options: {
    /** Share of the target that is moved to ½. */
    readonly smoothing: number;
    /** True where x is what a sigmoid would take, false where it is probabilities. */
    readonly logits: boolean;
  },
  x: Value,
): Buffer | undefined {
  const dx = e.options.training ? e.value("gradient", x.shape).data : undefined;
  e.call("binaryCrossEntropy", "loss", {
    loss: operands.loss,
    dx: dx ?? 0,
    x: x.data,
    target: operands.target,
    scale: operands.scale,
    N: "samples",
    count: sizeOf(x.shape),
    smoothing: options.smoothing,
    logits: Number(options.logits),
  });
  return dx;
}

/** The plain twin, in f64: an element's loss, and its slope by x. */
export function binaryCrossEntropyReference(
  x: number,
  target: number,
  { smoothing = 0, logits = false }: { readonly smoothing?: number; readonly logits?: boolean } = {},
): { loss: number; slope: number } {
  const t = target * (1 - smoothing) + 0.5 * smoothing;
  if (logits) {
    const loss = Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));
    return { loss, slope: 1 / (1 + Math.exp(-x)) - t };
  }
  const p = Math.min(Math.max(x, 1e-7), 1 - 1e-7);
  const loss = -(t * Math.log(p) + (1 - t) * Math.log1p(-p));
  return { loss, slope: p === x ? (p - t) / (p * (1 - p)) : 0 };
}
