import type { ImageSet } from "../data/dataset.js";
import { holdOut } from "../data/hold-out.js";

/** Images to train on and images to validate on. */
interface Split {
  readonly train: ImageSet;
  readonly validation: ImageSet;
}

/** Not the training's own seed: runs with different seeds are validated on the same images and can be compared. */
const SPLIT_SEED = 42;

/**
 * Holds out a share of the images of each class: the same images on every machine and for every seed.
 *
 * @param share above 0, below 1
 * @throws HeddleError when no class has two images
 */
export function splitForValidation(images: ImageSet, share: number): Split {
  const classes = 1 + Math.max(...new Set(images.labels));
  const { train, test } = holdOut("`validationSplit`", images, classes, {
    fraction: share,
    seed: SPLIT_SEED,
  });
  return { train, validation: test };
}
