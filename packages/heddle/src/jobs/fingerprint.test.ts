import { type ImageSet, imagesAt } from "@heddle/core/internal/data/dataset.js";
import { type Images, imagesInMemory } from "@heddle/core/internal/data/images.js";
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "./fingerprint.js";

const set: ImageSet = {
  images: Uint8Array.of(1, 2, 3, 4),
  labels: Uint8Array.of(0, 1),
  count: 2,
  shape: [2, 1, 1],
};
const hashOf = (set: ImageSet) => fingerprintOf(imagesInMemory(set));

describe("fingerprintOf", () => {
  it("is the same for the same images and labels however they are stored, and different for any others", async () => {
    const own = await hashOf(set);
    expect(own).toMatch(/^[0-9a-f]{64}$/);
    const view = Uint8Array.of(9, 1, 2, 3, 4, 9).subarray(1, 5);
    expect(await hashOf({ ...set, images: view, labels: Int32Array.of(0, 1) })).toBe(own);
    const onDisk: Images = {
      ...imagesInMemory(set),
      inMemory: undefined,
      samples: async function* () {
        yield imagesAt(set, [0]);
        yield imagesAt(set, [1]);
      },
    };
    expect(await fingerprintOf(onDisk)).toBe(own);
    const others: ImageSet[] = [
      { ...set, images: Uint8Array.of(1, 2, 3, 5) },
      { ...set, labels: Uint8Array.of(1, 1) },
      { ...set, shape: [1, 2, 1] },
    ];
    for (const other of others) expect(await hashOf(other)).not.toBe(own);
  });
});
