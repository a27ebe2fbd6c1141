import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "./dataset.js";
import { ImageIndex } from "./exact-duplicates.js";

/** Images of one row. */
const set = (images: number[][], labels: number[]): ImageSet => ({
  images: Uint8Array.from(images.flat()),
  labels: Uint8Array.from(labels),
  count: images.length,
  shape: [1, images[0]!.length, 1],
});

describe("ImageIndex", () => {
  it("finds the same duplicates as comparing all pairs", () => {
    const images = fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(1)), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(images, images, (train, test) => {
        const labelsOf = (rows: number[][]) => rows.map((_, index) => index % 2);
        const index = new ImageIndex(set(train, labelsOf(train)));
        const same = (a: number[]) => (b: number[]) => a.join() === b.join();
        const within = train.filter((image, at) => train.findIndex(same(image)) < at);
        expect(index.fill().count).toBe(within.length);
        const between = test.flatMap((image, at) => {
          const first = train.findIndex(same(image));
          return first < 0 ? [] : [[first, at]];
        });
        const duplicates = index.find(set(test, labelsOf(test)));
        expect(duplicates.count).toBe(between.length);
        expect(duplicates.conflicting).toBe(between.filter(([first, at]) => first! % 2 !== at! % 2).length);
        expect(duplicates.examples).toEqual(between.slice(0, 5));
      }),
    );
  });

  it("distinguishes images with the same hash", () => {
    const [first, second] = collidingImages();
    const index = new ImageIndex(set([first, second, first], [0, 0, 0]));
    expect(index.fill()).toEqual({ count: 1, conflicting: 0, examples: [[0, 2]] });
  });
});

/** Two images of 5 bytes with the same 32-bit FNV-1a hash, found by the birthday paradox. */
function collidingImages(): [number[], number[]] {
  const seen = new Map<number, number[]>();
  for (let number = 0; ; number++) {
    // The golden ratio's bits spread the counter, so that all five bytes vary.
    const spread = Math.imul(number, 0x9e3779b9);
    const image = [spread & 255, (spread >>> 8) & 255, (spread >>> 16) & 255, spread >>> 24, number & 255];
    const hash = image.reduce((sum, byte) => Math.imul(sum ^ byte, 0x01000193), 0x811c9dc5);
    const earlier = seen.get(hash);
    if (earlier) return [earlier, image];
    seen.set(hash, image);
  }
}
