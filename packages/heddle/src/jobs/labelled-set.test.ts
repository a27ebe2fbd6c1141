import { describe, expect, it } from "vitest";
import { firstOfClasses, labelledSet } from "./labelled-set.js";

const set = labelledSet({
  images: new Uint8Array([10, 20, 30, 40]),
  labels: new Uint8Array([2, 0, 2, 0]),
  count: 4,
  shape: [1, 1, 1],
});

describe("labelledSet", () => {
  it("gives some images in the order of their places", async () => {
    const some = await set.at([3, 0]);
    expect([[...some.images], [...some.labels], some.count]).toEqual([[40, 10], [0, 2], 2]);
  });
});

describe("firstOfClasses", () => {
  it("gives the first place of each class that there is", () => {
    expect(firstOfClasses(set, 3)).toEqual([1, 0]);
  });
});
