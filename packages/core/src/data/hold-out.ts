import { HeddleError } from "../base/errors.js";
import { Random, shuffle } from "../base/random.js";
import { type HoldOut, type ImageSet, imagesAt } from "./dataset.js";

/** How a test split is held out by default. */
export const defaultHoldOut: HoldOut = { fraction: 1 / 6, seed: 42 };

/**
 * Holds out a part of each class as test images, the same part for the same seed on every machine. Both parts keep
 * the order of the images.
 *
 * @param name the file's path, for errors
 * @throws HeddleError if no class has two images
 */
export function holdOut(name: string, set: ImageSet, classes: number, split: HoldOut) {
  const { train, test } = heldOutPositions(name, set.labels, classes, split);
  return { train: imagesAt(set, train), test: imagesAt(set, test) };
}

/** The positions of the images that {@link holdOut} keeps and holds out, ascending. */
export function heldOutPositions(
  name: string,
  labels: ArrayLike<number>,
  classes: number,
  { fraction, seed }: HoldOut,
): { readonly train: readonly number[]; readonly test: readonly number[] } {
  const isTest = new Uint8Array(labels.length);
  for (let label = 0; label < classes; label++) {
    const members: number[] = [];
    for (let image = 0; image < labels.length; image++) if (labels[image] === label) members.push(image);
    // At least one image if there are two: a class without test images could not be measured.
    const held =
      members.length < 2
        ? 0
        : Math.min(members.length - 1, Math.max(1, Math.round(members.length * fraction)));
    const order = new Int32Array(members.length);
    shuffle(order, new Random(seed, "split", label));
    for (const at of order.subarray(0, held)) isTest[members[at]!] = 1;
  }
  const positions = (test: number) => [...isTest.keys()].filter((image) => isTest[image] === test);
  const parts = { train: positions(0), test: positions(1) };
  if (parts.test.length > 0) return parts;
  throw new HeddleError({
    who: name,
    expected: "at least two images of a class, so that one can be held out as a test image",
    received: `${labels.length} ${labels.length === 1 ? "image" : "images"}`,
    next: "Add images, or provide a test split.",
  });
}
