import { type Interval, wilsonInterval } from "./accuracy.js";
import type { Confusion } from "./confusion.js";
import type { ClassScores } from "./per-class.js";

/**
 * The interval of the macro F1 at 95%, within 0..1: Wilson's, for as many images as would give a share the variance that the
 * macro F1 has. That variance follows from those of the cells of the confusion matrix, by the delta method.
 *
 * Takahashi et al., "Confidence interval for micro-averaged F1 and macro-averaged F1 scores" (Applied Intelligence 52,
 * 2022), for the variance.
 *
 * @param perClass the scores of these counts
 */
export function macroF1Interval(
  { cells }: Pick<Confusion, "cells">,
  perClass: readonly ClassScores[],
): Interval {
  const counted = perClass.filter(({ f1 }) => f1 !== null);
  const macro = counted.reduce((sum, { f1 }) => sum + f1!, 0) / counted.length;
  const images = perClass.reduce((sum, { support }) => sum + support, 0);
  // How much the macro F1 changes with the share of a cell: dF/dp = (2 [i = j] − F_i) / D_i − F_j / D_j, per class.
  const pull = perClass.map(({ f1, support, predicted }) => (f1 ?? 0) / (support + predicted || 1));
  let mean = 0;
  let square = 0;
  for (const [truth, predicted, count] of cells) {
    const { support, predicted: answered } = perClass[truth]!;
    const gain = truth === predicted ? 2 / (support + answered) : 0;
    const slope = (images * (gain - pull[truth]! - pull[predicted]!)) / counted.length;
    mean += (count / images) * slope;
    square += (count / images) * slope * slope;
  }
  const variance = Math.max(0, square - mean * mean) / images;
  // No more certain than an accuracy on these images: at 0 and 1, and near them, the variance says too little.
  const effective = variance > 0 ? Math.min(images, (macro * (1 - macro)) / variance) : images;
  return wilsonInterval(macro * effective, effective);
}
