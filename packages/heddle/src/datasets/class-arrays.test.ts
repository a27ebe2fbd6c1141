import { join } from "node:path";
import { writeNpy } from "@heddle/core/internal/formats/npy.js";
import { describe, expect, it } from "vitest";
import { loadDataset } from "./load.js";
import { temporaryFolder, writeFiles } from "./tiny-dataset.testing.js";

const rows = (count: number, value: number) => writeNpy([count, 4], new Uint8Array(4 * count).fill(value));

describe("arrays of a class each", () => {
  it("are read by the names of their files, with the classes spread evenly", async () => {
    const folder = writeFiles(join(temporaryFolder(), "qd"), {
      "full_numpy_bitmap_cat.npy": rows(4, 10),
      "full_numpy_bitmap_The Eiffel Tower.npy": rows(2, 20),
      "readme.txt": new Uint8Array(1),
    });
    const { dataset } = await loadDataset(folder, { holdOut: "none" });
    expect(dataset.classNames).toEqual(["The Eiffel Tower", "cat"]);
    expect(dataset.train.shape).toEqual([2, 2, 1]);
    const values = Array.from({ length: 6 }, (_, image) => dataset.train.images[4 * image]);
    expect(values).toEqual([10, 20, 10, 10, 20, 10]);
    expect([...dataset.train.labels]).toEqual([1, 0, 1, 1, 0, 1]);
    expect(dataset.source.files.map(({ name }) => name)).toEqual([
      "full_numpy_bitmap_The Eiffel Tower.npy",
      "full_numpy_bitmap_cat.npy",
    ]);
    expect(dataset.source.reading!.leftOut).toMatchObject([{ what: "file", examples: ["readme.txt"] }]);
  });

  it("are refused if their images differ in size, and so is one alone", async () => {
    const folder = writeFiles(join(temporaryFolder(), "qd"), {
      "cat.npy": rows(4, 10),
      "dog.npy": writeNpy([2, 3, 3], new Uint8Array(18)),
    });
    await expect(loadDataset(folder)).rejects.toThrow(
      "expected images of 2 × 2 × 1, as in cat.npy, received 3 × 3 × 1",
    );
    await expect(loadDataset(join(folder, "cat.npy"))).rejects.toThrow(
      "received a single array. Choose a folder with",
    );
  });
});
