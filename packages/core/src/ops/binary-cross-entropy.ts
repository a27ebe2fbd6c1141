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
