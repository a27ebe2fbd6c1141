import type { Model } from "@heddle/core/internal/model/model.js";
import { classCount, classProbabilities } from "@heddle/core/internal/network/class-probabilities.js";

/** Classes that are named for each image. */
const TOP = 3;

/** A class that a model sees in an image. */
export interface TopClass {
  readonly label: number;
  readonly name: string;
  readonly probability: number;
}

/**
 * The likeliest classes of each image, likeliest first.
 *
 * @param outputs `[N, …outputShape]`
 * @throws HeddleError when the model does not predict classes
 */
export function topClasses(
  model: Model,
  names: readonly string[],
  outputs: Float32Array,
): readonly (readonly TopClass[])[] {
  const probabilities = classProbabilities(model, outputs);
  const classes = classCount(model);
  return Array.from({ length: probabilities.length / classes }, (_, image) => {
    const row = probabilities.subarray(image * classes, (image + 1) * classes);
    return names
      .map((name, label) => ({ label, name, probability: row[label]! }))
      .sort((a, b) => b.probability - a.probability)
      .slice(0, TOP);
  });
}
