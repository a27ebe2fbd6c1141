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

interface ScalarFunction {
  value(difference: number, delta: number): number;
  slope(difference: number, delta: number): number;
}

/** The plain twins, in f64. */
export const differenceLossReference: Readonly<Record<DifferenceLoss, ScalarFunction>> = {
  squared: { value: (d) => d * d, slope: (d) => 2 * d },
  absolute: { value: Math.abs, slope: Math.sign },
  huber: {
    value: (d, delta) => (Math.abs(d) <= delta ? 0.5 * d * d : delta * Math.abs(d) - 0.5 * delta * delta),
    slope: (d, delta) => (Math.abs(d) <= delta ? d : delta * Math.sign(d)),
  },
};
