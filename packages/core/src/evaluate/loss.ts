import { naturalLog } from "../base/math.js";
import type { Answers } from "./answers.js";

/**
 * The smallest normal f32: it replaces a probability that rounded to 0, so that every loss is finite (at most 87.3).
 */
const SMALLEST = 2 ** -126;

/** ln p, where p is at least the smallest normal f32. */
export function logProbability(probability: number): number {
  return naturalLog(Math.max(probability, SMALLEST));
}

/** `[N]`: −ln p of each image's true class. */
export function lossOfEach({ images, classes, labels, probabilities }: Answers): Float64Array {
  const losses = new Float64Array(images);
  for (let image = 0; image < images; image++) {
    // Rounding may leave a probability slightly above 1.
    losses[image] = Math.max(0, -logProbability(probabilities[image * classes + labels[image]!]!));
  }
  return losses;
}

/** The mean of values, summed in their order. */
export function meanOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
