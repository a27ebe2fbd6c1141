import { sizeOf } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";

/**
 * The share of each sample's answers that are right. As in Keras's "accuracy", the answer is the largest value along a
 * last axis longer than one; otherwise each element is an answer, yes above the threshold.
 */
export function emitAccuracy(
  e: Emitter,
  operands: { readonly target: Buffer; readonly correct: Buffer; readonly threshold: number },
  x: Value,
): void {
  const K = x.shape.at(-1) ?? 1;
  const { target, correct, threshold } = operands;
  const rows = sizeOf(x.shape) / K;
  e.call("accuracy", "loss", { correct, x: x.data, target, N: "samples", rows, K, threshold });
}
