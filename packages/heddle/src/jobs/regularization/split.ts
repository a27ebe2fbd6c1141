import { HeddleError } from "@heddle/core/internal/base/errors.js";
import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { defaultHoldOut, holdOut } from "@heddle/core/internal/data/hold-out.js";
import { limitedImages } from "@heddle/core/internal/recipes/limit.js";

/** Of which two are held out, one in six. */
const LEAST_IMAGES = 12;

/** What the trials learn from, what every choice is made on, and what is looked at once. */
export interface StudyImages {
  readonly train: ImageSet;
  readonly validation: ImageSet;
  readonly test: ImageSet;
}

/**
 * Holds a sixth of the training images of each class out, the same ones in every study.
 *
 * @param limit how many training images; all by default
 * @throws HeddleError when there are too few
 */
export function splitImages({ train, test, title, classNames }: Dataset, limit?: number): StudyImages {
  const images = limitedImages(train, limit);
  if (images.count < LEAST_IMAGES) {
    throw new HeddleError({
      who: title,
      expected: `at least ${LEAST_IMAGES} training images, of which one in six is held out`,
      received: String(images.count),
      next: "Give more, with --limit or other data.",
    });
  }
  // One in six: 10,000 of 60,000, as many as Fashion-MNIST's test set has. No seed of a trial changes which.
  const split = holdOut(title, images, classNames.length, defaultHoldOut);
  return { train: split.train, validation: split.test, test };
}
