import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
import type { LossOperands } from "./loss.js";

/** Functions of the difference between a value and its target; the kernel knows them by their places here. */
export const differenceLosses = ["squared", "absolute", "huber"] as const;

export type DifferenceLoss = (typeof differenceLosses)[number];

/**
 * A function of the difference between each element of x and its target, averaged over a sample's elements; in
 * training also the gradient by x, which is returned.
 *
 * @param options.delta where Huber's function turns from quadratic to linear; the others do not look at it
 */
export function emitDifferenceLoss(
  e: Emitter,
  operands: Pick<LossOperands, "target" | "scale" | "loss">,
  options: { readonly kind: DifferenceLoss; readonly delta?: number },
  x: Value,
): Buffer | undefined {
  const dx = e.options.training ? e.value("gradient", x.shape).data : undefined;
  e.call("differenceLoss", "loss", {
    loss: operands.loss,
    dx: dx ?? 0,
    x: x.data,
    target: operands.target,
    scale: operands.scale,
    N: "samples",
    count: sizeOf(x.shape),
    kind: differenceLosses.indexOf(options.kind),
    delta: options.delta ?? 1,
  });
  return dx;
}
