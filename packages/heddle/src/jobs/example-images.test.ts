import { expect, it } from "vitest";
import { firstOfClasses } from "./example-images.js";

it("firstOfClasses finds the first image of each class that has any", () => {
  expect(firstOfClasses({ labels: Uint8Array.of(2, 0, 2, 0) }, 3)).toEqual([1, 0]);
});
