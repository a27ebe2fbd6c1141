import type { Dataset, ImageSet } from "@heddle/core/internal/data/dataset.js";
import { datasetInMemory, type Images } from "@heddle/core/internal/data/images.js";
import { describe, expect, it } from "vitest";
import { withNames } from "./class-names.js";

const set: ImageSet = {
  images: Uint8Array.of(10, 20),
  labels: Uint8Array.of(0, 1),
  count: 2,
  shape: [1, 1, 1],
};
const pets: Dataset<Images> = datasetInMemory({
  name: "pets",
  title: "Pets",
  classNames: ["cat", "dog"],
  train: set,
  test: set,
  source: { kind: "generated", files: [] },
});
const onDisk = (images: Images): Images => ({ ...images, inMemory: undefined });
const streamed = { ...pets, train: onDisk(pets.train), test: onDisk(pets.test) };

describe("withNames", () => {
  it("changes the labels of images in memory, and leaves the images as they are", () => {
    const named = withNames(pets, ["ant", "cat", "dog"]);
    expect(named.classNames).toEqual(["ant", "cat", "dog"]);
    expect([...named.test.labels]).toEqual([1, 2]);
    expect(named.test.inMemory!.images).toBe(set.images);
    expect(withNames(pets, ["cat", "dog"])).toBe(pets);
  });

  it("accepts more names for images on disk if their labels stay the same", () => {
    const named = withNames(streamed, ["cat", "dog", "eel"]);
    expect(named.classNames).toEqual(["cat", "dog", "eel"]);
    expect(named.test).toBe(streamed.test);
  });

  it("refuses to change labels of images on disk", () => {
    expect(() => withNames(streamed, ["ant", "cat", "dog"])).toThrow(
      "Pets: expected classes in the order of the run's, ant, cat, dog …, because streamed labels cannot be changed, received cat, dog …. Remove `stream`.",
    );
  });
});
