// What a standalone model with kernels runs. tools/bundle-sources.mjs makes one text of it, which imports nothing.
import type { KernelModel } from "../stored.js";
import { type Classifier, classifierOf } from "./classifier.js";
import { decodeWeights } from "./decode-weights.js";
import { kernelNetwork } from "./kernel-network.js";

export { fromBase64 } from "../../base/base64.js";

/**
 * A classifier from what its file holds, by WebAssembly. It compiles synchronously, because edge runtimes compile only so, and
 * only while a program starts.
 */
export function kernelClassifier(
  model: KernelModel,
  kernels: Uint8Array<ArrayBuffer>,
  bytes: Uint8Array<ArrayBuffer>,
): Classifier {
  const { program, tensors } = model;
  const all = decodeWeights(tensors, bytes);
  const weights: Float64Array[] = [];
  let from = 0;
  for (const { length } of tensors) {
    weights.push(all.subarray(from, from + length));
    from += length;
  }
  return classifierOf(model, bytes, kernelNetwork(program, weights, new WebAssembly.Module(kernels)));
}
