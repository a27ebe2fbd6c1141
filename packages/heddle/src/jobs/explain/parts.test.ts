import { expect, it } from "vitest";
import { fewNeighbours } from "./parts.js";

it("fewNeighbours names the smallest class where it has no more images than there are neighbours", () => {
  const labels = [...new Array(20).fill(0), ...new Array(15).fill(1), ...new Array(18).fill(2)];
  expect(fewNeighbours(labels, 15)).toEqual({ label: 1, images: 15 });
  expect(fewNeighbours(labels, 14)).toBeUndefined();
});
