import { type Shape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { inRange } from "@heddle/core/internal/pictures/in-range.js";
import { sampleInput } from "@heddle/core/internal/standalone/runtime/sample-inputs.js";
import type { ExportReceipt } from "../receipt.js";

/**
 * The drawn samples of a receipt, the same on every machine.
 *
 * @returns `[samples, …inputShape]`
 */
export function receiptInputs({
  inputShape,
  range,
  samples,
}: Pick<ExportReceipt, "inputShape" | "range" | "samples">): Float32Array {
  const shape = asImage(inputShape);
  const size = sizeOf(inputShape);
  const inputs = new Float32Array(samples.length * size);
  for (const [place, number] of samples.entries()) {
    inputs.set(inRange(sampleInput(number, shape), range), place * size);
  }
  return inputs;
}

/** Samples of any shape as images: rows of numbers are drawn as one row of pixels. */
function asImage(shape: Shape): readonly [number, number, number] {
  const [first = 1, second = 1, ...others] = shape;
  if (shape.length === 1) return [1, first, 1];
  return [first, second, sizeOf(others)];
}
