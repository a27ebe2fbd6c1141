import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import { elementwiseLoss, type LossOperands } from "./loss.js";

/** Functions of the difference between a value and its target; the kernel knows them by their index. */
export const differenceLosses = ["squared", "absolute", "huber"] as const;

export type DifferenceLoss = (typeof differenceLosses)[number];

/**
 * A function of the difference between each element of x and its target, averaged over a sample's elements; in
 * training also the gradient by x, which is returned.
 *
 * @param options.delta where Huber's function turns from quadratic to linear; the others ignore it
 */
export function emitDifferenceLoss(
  e: Emitter,
  operands: Pick<LossOperands, "target" | "scale" | "loss">,
  options: { readonly kind: DifferenceLoss; readonly delta?: number },
  x: Value,
): Buffer | undefined {
  const call = elementwiseLoss(e, operands, x);
  const kind = differenceLosses.indexOf(options.kind);
  e.call("differenceLoss", "loss", { ...call.operands, kind, delta: options.delta ?? 1 });
  return call.dx;
}
