import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { defaultHoldOut, holdOut } from "@heddle/core/internal/data/hold-out.js";
import { limitedImages } from "@heddle/core/internal/recipes/limit.js";

/** One in six is held out: two of these. */
const LEAST_IMAGES = 12;

/** Images to learn from, images to make every choice on, and images to look at once. */
export interface RegularizationImages {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/**
 * Holds out a sixth of the training images of each class, the same ones in every study.
 *
 * @param limit how many training images; all by default
 * @throws HeddleError when there are too few
 */
export function splitImages(
  { train, test, title, classNames }: Dataset,
  limit?: number,
): RegularizationImages {
  const images = limitedImages(train, limit);
  if (images.count < LEAST_IMAGES) {
    throw new HeddleError({
      who: title,
      expected: `at least ${LEAST_IMAGES} training images, of which one in six is held out`,
      received: String(images.count),
      next: "Use more images: a larger `limit`, or other data.",
    });
  }
  // One in six: 10,000 of 60,000, the size of Fashion-MNIST's test set. The seed of a trial does not change which.
  const split = holdOut(title, images, classNames.length, defaultHoldOut);
  return { train: split.train, validation: split.test, test };
}
