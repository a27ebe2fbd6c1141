import { expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.js";
import { splitForValidation } from "./validation-split.js";

/** Images of two pixels, each the image's number. */
function numbered(labels: readonly number[]): ImageSet {
  const images = Uint8Array.from(labels.flatMap((_, row) => [row, row]));
  return { images, labels: Uint8Array.from(labels), count: labels.length, shape: [1, 2, 1] };
}

it("a validation split holds out a share of each class, and loses no image", () => {
  const labels = Array.from({ length: 120 }, (_, row) => (row < 80 ? 0 : 2));
  const { train, validation } = splitForValidation(numbered(labels), 0.25);
  expect([train.count, validation.count]).toEqual([90, 30]);
  expect([...validation.labels].filter((label) => label === 2)).toHaveLength(10);
  const rows = [...train.images, ...validation.images].filter((_, index) => index % 2 === 0);
  expect(rows.sort((a, b) => a - b)).toEqual(labels.map((_, row) => row));
});

it("a validation split of a single image is refused", () => {
  expect(() => splitForValidation(numbered([0]), 0.1)).toThrow(
    "`validationSplit`: expected at least two images",
  );
});
