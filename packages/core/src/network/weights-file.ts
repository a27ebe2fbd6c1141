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
 * @param paths what else weights may be called in the file: `backbone/dense/kernel`
 * @throws HeddleError in the name of `who` when the file is damaged or from another model
 */
export function readWeightsFile(
  who: string,
  bytes: Uint8Array,
  weights: readonly Weight[],
  paths: ReadonlyMap<Weight, string> = new Map(),
): void {
  const tensors = readSafetensors(who, bytes);
  // Keras numbers those that it has no name for through the whole model: a layer's `variable` is its `variable_7`.
  const numbered = new Map([...tensors].map(([name, one]) => [name.replace(/(\/variable)_\d+$/, "$1"), one]));
  const named = (name: string) => tensors.get(name) ?? numbered.get(name);
  const tensorOf = (weight: Weight) => named(weight.name) ?? named(paths.get(weight) ?? "");
  for (const weight of weights) {
    const { name, shape } = weight;
    const tensor = tensorOf(weight);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    const path = paths.get(weight) ?? name;
    throw new HeddleError({
      who,
      expected: `weight ${name}${path === name ? "" : ` or ${path}`} [${shape.join(", ")}]`,
      received: tensor ? `[${tensor.shape.join(", ")}]` : `none of that name among ${tensors.size}`,
      next: "Load the weights into the model that they were saved from.",
    });
  }
  for (const weight of weights) weight.assign(tensorOf(weight)!.values);
}
