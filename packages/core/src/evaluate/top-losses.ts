import type { Answers } from "./answers.js";

/** An image that the model is most wrong about. */
export interface TopLoss {
  /** Its position in the set, from 0. */
  readonly image: number;
  /** Number of the true class. */
  readonly truth: number;
  /** Number of the predicted class. */
  readonly predicted: number;
  /** The probability of the predicted class, 0..1. */
  readonly probability: number;
  /** The probability of the true class, 0..1. */
  readonly truthProbability: number;
  /** −ln of that. */
  readonly loss: number;
}

/**
 * The images with the largest losses, the largest first; of equals, in their order in the set.
 *
 * @param losses `[N]`, from `lossOfEach`
 * @param limit the most images
 */
export function topLosses(answers: Answers, losses: Float64Array, limit: number): readonly TopLoss[] {
  const { classes, labels, predicted, confidence, probabilities } = answers;
  return [...losses.keys()]
    .sort((a, b) => losses[b]! - losses[a]!)
    .slice(0, limit)
    .map((image) => ({
      image,
      truth: labels[image]!,
      predicted: predicted[image]!,
      probability: confidence[image]!,
      truthProbability: probabilities[image * classes + labels[image]!]!,
      loss: losses[image]!,
    }));
}
