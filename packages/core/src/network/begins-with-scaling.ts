import type { Layer } from "../layers/index.js";

/** Whether a model brings its inputs into its own range before any layer with weights, so that it takes 0 to 255. */
export function beginsWithScaling({ layers }: { readonly layers: readonly Layer[] }): boolean {
  const isScaling = ({ className }: Layer) => className === "Rescaling" || className === "Normalization";
  const first = layers.findIndex((layer) => isScaling(layer) || layer.weights.length > 0);
  return first >= 0 && isScaling(layers[first]!);
}
