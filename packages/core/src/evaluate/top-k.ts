import type { Answers } from "./answers.js";

/** How often the true class is among the k likeliest. */
export interface TopK {
  readonly k: number;
  /** 0..1. */
  readonly accuracy: number;
}

/**
 * Top-k accuracy for k = 1 … `largest`, or the number of classes if that is less. Of equal probabilities the first
 * class counts as the likelier, so that k = 1 is the accuracy.
 */
export function topKAccuracies(answers: Answers, largest = 5): readonly TopK[] {
  const { images, classes, labels, probabilities } = answers;
  const found = new Array<number>(Math.min(largest, classes)).fill(0);
  for (let image = 0; image < images; image++) {
    const first = image * classes;
    const label = labels[image]!;
    const wanted = probabilities[first + label]!;
    let before = 0;
    for (let k = 0; k < classes; k++) {
      const value = probabilities[first + k]!;
      if (value > wanted || (value === wanted && k < label)) before++;
    }
    for (let k = before; k < found.length; k++) found[k]! += 1;
  }
  return found.map((count, index) => ({ k: index + 1, accuracy: count / images }));
}
