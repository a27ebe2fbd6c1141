import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";

/** What a loss reads and writes apart from the values that it judges. Letters: N samples. */
export interface LossOperands {
  /** The expected values: one i32 for each sample for class numbers, else f32 of the values' shape. */
  readonly target: Buffer;
  /** 1 / batch size (f32), which gradients are multiplied by. */
  readonly scale: Buffer;
  /** f32 [N]: the loss of each sample. */
  readonly loss: Buffer;
  /** f32 [N]: the share of each sample's answers that are right; absent where accuracy is not measured. */
  readonly correct: Buffer | undefined;
}

/** The operands of a kernel that judges element by element; `dx` is the gradient by x, in training. */
export function elementwiseLoss(
  e: Emitter,
  { target, scale, loss }: Pick<LossOperands, "target" | "scale" | "loss">,
  x: Value,
) {
  const dx = e.options.training ? e.value("gradient", x.shape).data : undefined;
  const count = sizeOf(x.shape);
  return { dx, operands: { loss, dx: dx ?? 0, x: x.data, target, scale, N: "samples", count } as const };
}
