import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import { elementwiseLoss, type LossOperands } from "./loss.js";

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
    /** True where x holds logits, false where it holds probabilities. */
    readonly logits: boolean;
  },
  x: Value,
): Buffer | undefined {
  const call = elementwiseLoss(e, operands, x);
  const { smoothing, logits } = options;
  e.call("binaryCrossEntropy", "loss", { ...call.operands, smoothing, logits: Number(logits) });
  return call.dx;
}
