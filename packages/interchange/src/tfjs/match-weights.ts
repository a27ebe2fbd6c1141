import type { Layer } from "@heddle/core";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import { type BuiltLayers, type Matches, matchWeights } from "../keras/set-weights.js";
import type { Variables } from "../keras/variables.js";

/** Names of a layer's weights in Keras 2 and TensorFlow.js, where they differ from Heddle's. */
const OLD_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DepthwiseConv2D: { kernel: "depthwise_kernel" },
};

/** The name of a layer's weight in TensorFlow.js. */
export function weightName(
  { className, name: layer }: Pick<Layer, "className" | "name">,
  name: string,
): string {
  const own = name.slice(layer.length + 1);
  return OLD_NAMES[className]?.[own] ?? own;
}

/** Weights of Keras 3 that the converter has taken out of an archive: `layers/conv2d/vars/0`. */
const PLACE = /(^|\/)vars\/\d+$/;

/**
 * Matches a model's weights with the tensors of a manifest: by their layers' names, `conv2d/kernel`, with those of models
 * around them or without; or by their places in an archive of Keras 3.
 */
export function matchTensors(layers: BuiltLayers, tensors: Variables): Matches {
  if (tensors.size > 0 && [...tensors.keys()].every((name) => PLACE.test(name))) {
    const placed = [...tensors].map(
      ([name, tensor]) => [name.replaceAll("_layer_checkpoint_dependencies", "layers"), tensor] as const,
    );
    return matchWeights(layers, new Map(placed));
  }
  const left = new Map(tensors);
  const pairs: Matches["pairs"][number][] = [];
  const unfilled: string[] = [];
  const misshaped: string[] = [];
  for (const { archived, layer } of layers) {
    for (const weight of layer?.weights ?? []) {
      const own = weightName(layer!, weight.name);
      const name = nameAmong(left, archived.path, own, weight.name.slice(layer!.name.length + 1));
      const tensor = name === undefined ? undefined : left.get(name);
      if (name === undefined || !tensor) {
        unfilled.push(`${archived.path}/${own}`);
        continue;
      }
      left.delete(name);
      if (sameShape(tensor.shape, weight.shape)) pairs.push([weight, tensor]);
      else misshaped.push(`${name} [${weight.shape.join(", ")}] from [${tensor.shape.join(", ")}]`);
    }
  }
  return { pairs, unfilled, misshaped, extra: [...left.keys()] };
}

/**
 * What a weight is called among tensors: by its layer's whole path, by fewer of the models around it, or, as Keras 2 may
 * write it, with words before or between.
 */
function nameAmong(tensors: Variables, path: string, ...names: readonly string[]): string | undefined {
  const parts = path.split("/");
  const layer = parts.at(-1)!;
  for (const name of names) {
    for (let around = 0; around < parts.length; around++) {
      const whole = [...parts.slice(around), name].join("/");
      if (tensors.has(whole)) return whole;
    }
    const longer = [...tensors.keys()].filter((one) => {
      const words = one.split("/");
      return words.at(-1) === name && (words.at(-2) === layer || words.at(-3) === layer);
    });
    if (longer.length === 1) return longer[0];
  }
  return undefined;
}
