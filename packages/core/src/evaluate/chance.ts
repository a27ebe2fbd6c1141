import type { Interval } from "./accuracy.js";

/** An accuracy next to that of answering without a look at the images. */
export interface Chance {
  /** The share of the largest class, which is what the same answer for every image gets right: at least 1 / classes. */
  readonly accuracy: number;
  /** Whether the accuracy's interval reaches down to it, so that chance alone could explain the accuracy. */
  readonly explains: boolean;
}

/**
 * Compares an accuracy with chance.
 *
 * @param perClass the number of images of each class
 * @param interval of the accuracy on these images
 *
 * @example
 * chanceOf([7, 7, 6], wilsonInterval(9, 20)); // { accuracy: 0.35, explains: true }
 */
export function chanceOf(perClass: readonly number[], interval: Interval): Chance {
  const images = perClass.reduce((sum, count) => sum + count, 0);
  const accuracy = perClass.reduce((most, count) => Math.max(most, count), 0) / images;
  return { accuracy, explains: interval.low <= accuracy };
}
