import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../data/dataset.js";
import { imagesInMemory } from "../data/images.js";
import { limitedImages, limitNote } from "./limit.js";

/** Images of one pixel, which is the image's position. */
function numbered(labels: readonly number[]): ImageSet {
  return {
    images: Float32Array.from(labels, (_, place) => place),
    labels: Uint8Array.from(labels),
    count: labels.length,
    shape: [1, 1, 1],
  };
}

function perClass({ labels }: ImageSet, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) counts[label]! += 1;
  return counts;
}

/** 60, 30 and 10 images of three classes, one class after the other. */
const sorted = numbered([...Array(60).fill(0), ...Array(30).fill(1), ...Array(10).fill(2)]);

describe("limitedImages", () => {
  it("takes the first images if they hold every class, in the memory of the set", () => {
    const mixed = numbered([0, 1, 2, 0, 1, 2, 2]);
    const limited = limitedImages(mixed, 3);
    expect([...limited.images]).toEqual([0, 1, 2]);
    expect(limited.images.buffer).toBe(mixed.images.buffer);
    expect(limitNote(imagesInMemory(mixed), 3)).toBeUndefined();
    expect(limitedImages(mixed, undefined)).toBe(mixed);
    expect(limitedImages(mixed, 100)).toBe(mixed);
  });

  it("draws from all classes, each in its share, if the first images leave some out", () => {
    const limited = limitedImages(sorted, 20);
    expect(perClass(limited, 3)).toEqual([12, 6, 2]);
    expect([...limited.images]).toEqual([...limited.images].sort((a, b) => a - b));
    // Drawn, not the first of each class; each with its own label.
    expect([...limited.images].slice(0, 12)).not.toEqual(Array.from({ length: 12 }, (_, place) => place));
    expect([...limited.labels]).toEqual([...limited.images].map((place) => sorted.labels[place]));
    expect([...limitedImages(sorted, 20).images]).toEqual([...limited.images]);
    expect(limitNote(imagesInMemory(sorted), 20)).toBe(
      "The first 20 training images hold 1 of 3 classes: as many are drawn from all classes instead, the same ones every time.",
    );
    expect(limitNote({ labels: sorted.labels, inMemory: undefined }, 20)).toBe(
      "The first 20 training images hold 1 of 3 classes; streamed images keep their order. Remove `limit` or `stream` to train on all classes.",
    );
  });

  it("keeps as many images as the limit says, and every class that they have room for", () => {
    const labels = fc.array(fc.nat(4), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 1, max: 70 }), fc.boolean(), (given, limit, sort) => {
        const set = numbered(sort ? given.toSorted() : given);
        const limited = limitedImages(set, limit);
        expect(limited.count).toBe(Math.min(limit, set.count));
        expect(new Set(limited.images).size).toBe(limited.count);
        expect(new Set(limited.labels).size).toBe(Math.min(new Set(given).size, limit));
      }),
    );
  });

  it("refuses a number of images below 1", () => {
    expect(() => limitedImages(sorted, 0)).toThrow(
      "Number of images: expected a whole number of at least 1, received 0.",
    );
  });
});
