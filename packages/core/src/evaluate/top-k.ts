import type { Answers } from "./answers.js";

/** How often the true class is among the k most probable classes. */
export interface TopK {
  readonly k: number;
  /** 0..1. */
  readonly accuracy: number;
}

/**
 * Top-k accuracy for k = 1 … `largest`, or the number of classes if that is smaller. Of equal probabilities, that of the
 * first class counts as larger, so that k = 1 is the accuracy.
 */
export function topKAccuracies(answers: Answers, largest = 5): readonly TopK[] {
  const { images, classes, labels, probabilities } = answers;
  const hits = new Array<number>(Math.min(largest, classes)).fill(0);
  for (let image = 0; image < images; image++) {
    const first = image * classes;
    const label = labels[image]!;
    const own = probabilities[first + label]!;
    let before = 0;
    for (let k = 0; k < classes; k++) {
      const value = probabilities[first + k]!;
      if (value > own || (value === own && k < label)) before++;
    }
    for (let k = before; k < hits.length; k++) hits[k]! += 1;
  }
  return hits.map((count, index) => ({ k: index + 1, accuracy: count / images }));
}
