import type { JsonObject, Layer, Shape } from "@heddle/core";

/** A weight of a layer in TensorFlow.js. */
export interface PartWeight {
  readonly name: string;
  readonly shape: Shape;
  readonly values: Float32Array;
  readonly trained: boolean;
}

/** What a part reads: an input of the layer, or what an earlier part of it computes. */
export type PartInput = { readonly read: number } | { readonly part: number };

/** A layer of TensorFlow.js, alone or with others what a layer of Heddle is. */
export interface Part {
  readonly className: string;
  /** Without name and `trainable`. */
  readonly config: JsonObject;
  readonly weights?: readonly PartWeight[];
  /** By default the layer's inputs for the first part, and the part before for others. */
  readonly inputs?: readonly PartInput[];
}

/** A layer that is written. */
export interface WrittenLayer {
  readonly layer: Layer;
  /** Its options in TensorFlow.js's words, without name and `trainable`. */
  readonly config: JsonObject;
  readonly inputShapes: readonly Shape[];
  readonly output: Shape;
}

/** The layers of TensorFlow.js that compute what a layer does. */
export type LayerWriter = (written: WrittenLayer) => readonly Part[];

/** A layer that TensorFlow.js does not have; named by whoever catches it. */
export class Inexpressible extends Error {}

/** The weights of a layer under the names that TensorFlow.js has for them. */
export function weightsOf(
  { name: layer, weights }: Layer,
  names: Readonly<Record<string, string>> = {},
): PartWeight[] {
  return weights.map((weight) => {
    const name = weight.name.slice(layer.length + 1);
    const isTrained = !/^(moving_mean|moving_variance)$/.test(name);
    return { name: names[name] ?? name, shape: weight.shape, values: weight.read(), trained: isTrained };
  });
}
