import { BinaryCrossentropy, type Loss, SparseCategoricalCrossentropy } from "../losses/index.js";
import type { Network } from "../network/network.js";
import { outputForm } from "../network/trace-emission.js";

/** The cross-entropy that fits a classifier's output: of two classes for one output, and of logits where it ends in them. */
export function lossFor(model: Network, options: { readonly labelSmoothing?: number } = {}): Loss {
  const asked = { ...options, fromLogits: outputForm(model) === "logits" };
  const single = model.outputShape.length === 1 && model.outputShape[0] === 1;
  return single ? new BinaryCrossentropy(asked) : new SparseCategoricalCrossentropy(asked);
}
