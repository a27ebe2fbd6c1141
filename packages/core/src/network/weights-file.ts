import { HeddleError } from "../base/errors.js";
import { sameShape } from "../base/shape.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import type { Weight } from "../ops/weight.js";

/** Weights as a safetensors file. */
export function weightsFile(weights: readonly Weight[]): Uint8Array {
  return writeSafetensors(
    weights.map((weight): NamedTensor => ({ name: weight.name, shape: weight.shape, values: weight.read() })),
  );
}

/**
 * Sets a model's weights from a safetensors file; sets none unless all are there in the right shapes.
 *
 * @throws HeddleError in the name of `who` when the file is damaged or from another model
 */
export function readWeightsFile(who: string, bytes: Uint8Array, weights: readonly Weight[]): void {
  const tensors = readSafetensors(who, bytes);
  for (const { name, shape } of weights) {
    const tensor = tensors.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    throw new HeddleError({
      who,
      expected: `weight ${name} [${shape.join(", ")}]`,
      received: tensor ? `[${tensor.shape.join(", ")}]` : `none of that name among ${tensors.size}`,
      next: "Load the weights into the model that they were saved from.",
    });
  }
  for (const weight of weights) weight.assign(tensors.get(weight.name)!.values);
}
