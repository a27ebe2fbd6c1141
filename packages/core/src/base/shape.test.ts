import { expect, it } from "vitest";
import { formatShape, sameShape, sizeOf, wholeNumber } from "./shape.js";

it("a shape has a size, and is shown with the batch in front", () => {
  expect([sizeOf([28, 28, 3]), sizeOf([]), sizeOf([4, 0])]).toEqual([2352, 1, 0]);
  expect([formatShape([28, 28, 1]), formatShape([])]).toEqual(["[batch, 28, 28, 1]", "[batch]"]);
});

it("shapes are the same if all their sizes are, in the same order", () => {
  expect(sameShape([2, 3], [2, 3])).toBe(true);
  expect(sameShape([], [])).toBe(true);
  for (const other of [[3, 2], [2], [2, 3, 1]]) expect(sameShape([2, 3], other)).toBe(false);
});

it("wholeNumber accepts whole numbers from a minimum, and refuses anything else", () => {
  expect([wholeNumber("x", "n", 1), wholeNumber("x", "n", 0, 0), wholeNumber("x", "n", 2 ** 53 - 1)]).toEqual(
    [...[1, 0, 2 ** 53 - 1]],
  );
  for (const value of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "3", null, undefined]) {
    expect(() => wholeNumber("fit", "epochs", value)).toThrow(
      `fit: expected epochs to be a whole number of at least 1, received ${value}. Correct epochs.`,
    );
  }
});
