import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../base/random.js";
import type { ImageSet } from "../dataset.js";
import { generateFashionSketch } from "../fashion-sketch/index.js";
import { findNearDuplicates, type NearPair } from "./index.js";

function setOf(images: ImageSet["images"], shape: ImageSet["shape"]): ImageSet {
  const count = images.length / (shape[0] * shape[1] * shape[2]);
  return { images, labels: new Uint8Array(count), count, shape };
}

/** A changed copy of an image: `change` computes each value from the original and the row and column. */
function copyOf(
  set: ImageSet,
  position: number,
  change: (at: (row: number, column: number) => number, row: number, column: number) => number,
): number[] {
  const [height, width] = set.shape;
  const at = (row: number, column: number) =>
    row < 0 || column < 0 || row >= height || column >= width
      ? 0
      : set.images[position * height * width + row * width + column]!;
  return Array.from({ length: height * width }, (_, index) => {
    const value = change(at, Math.floor(index / width), index % width);
    return Math.min(255, Math.max(0, Math.round(value)));
  });
}

const keyOf = ({ first, second }: NearPair) => `${first.set}:${first.index}-${second.set}:${second.index}`;

describe("findNearDuplicates", () => {
  const clothes = generateFashionSketch({ train: 500, test: 100, seed: 3 });

  it("finds every planted copy: noisy, moved, of different brightness and contrast, or exact", async () => {
    const noise = new Random(1, "sketch");
    const changes: Parameters<typeof copyOf>[2][] = [
      (at, row, column) => at(row, column) + 2 * noise.normal(),
      (at, row, column) => at(row, column - 1),
      (at, row, column) => at(row, column + 1),
      (at, row, column) => at(row - 1, column),
      (at, row, column) => at(row + 1, column - 1),
      (at, row, column) => 0.8 * at(row, column),
      (at, row, column) => 0.75 * at(row, column) + 40,
      (at, row, column) => at(row, column),
    ];
    const planted = changes.flatMap((change, kind) =>
      Array.from({ length: 12 }, (_, copy) => ({ source: 12 * kind + copy, change })),
    );
    const copies = setOf(
      Uint8Array.from(planted.flatMap(({ source, change }) => copyOf(clothes.train, source, change))),
      clothes.train.shape,
    );
    const { pairs } = await findNearDuplicates([clothes.train, copies]);
    const found = new Map(pairs.map((pair) => [keyOf(pair), pair]));
    const missing = planted.filter(({ source }, copy) => !found.has(`0:${source}-1:${copy}`));
    expect(missing.map(({ source }) => source)).toEqual([]);
    const exact = pairs.filter((pair) => pair.exact);
    expect(exact).toHaveLength(12);
    for (const { distance } of exact) expect(distance).toBe(0);
    const distances = pairs.map(({ distance }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });

  it("finds no pairs in noise", async () => {
    const noise = new Random(5, "sketch");
    const images = Uint8Array.from({ length: 200 * 28 * 28 }, () => noise.below(256));
    const { pairs, withoutContrast, truncated } = await findNearDuplicates([setOf(images, [28, 28, 1])]);
    expect([pairs, withoutContrast, truncated]).toEqual([[], 0, false]);
  });

  it("finds the same pairs as comparing all images with all", async () => {
    const shape = [5, 7, 2] as const;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 2 ** 30 }),
        fc.constantFrom(0.1, 0.3, 0.8),
        async (seed, maxDistance) => {
          const random = new Random(seed, "sketch");
          const base = Float32Array.from({ length: 4 * 70 }, () => random.uniform());
          // Sixty images near these four, at all distances from very near to far.
          const images = Float32Array.from(
            { length: 60 * 70 },
            (_, at) => base[(Math.floor(at / 70) % 4) * 70 + (at % 70)]! + (at / 12000) * random.normal(),
          );
          const set = setOf(images, shape);
          const { pairs } = await findNearDuplicates([set], { maxDistance });
          const expected = plainPairs(set, maxDistance);
          if (maxDistance > 0.5) expect(expected.length).toBeGreaterThan(10);
          expect(pairs.map(({ first, second }) => `${first.index} ${second.index}`).sort()).toEqual(
            expected.map(([a, b]) => `${a} ${b}`).sort(),
          );
          pairs.forEach(({ first, second, distance }) => {
            const [, , plain] = expected.find(([a, b]) => a === first.index && b === second.index)!;
            expect(distance).toBeCloseTo(plain, 6);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it("ignores images of a single tone, and pairs whose contrasts differ too much", async () => {
    const pattern = Array.from({ length: 64 }, (_, at) => (at * 37) % 101);
    const flat = new Array<number>(64).fill(9);
    const images = [
      pattern,
      flat,
      pattern.map((value) => value / 3),
      flat,
      pattern.map((value) => value + 50),
    ];
    const { pairs, withoutContrast } = await findNearDuplicates([
      setOf(Float32Array.from(images.flat()), [8, 8, 1]),
    ]);
    expect(withoutContrast).toBe(2);
    expect(pairs.map(keyOf)).toEqual(["0:0-0:4"]);
    expect(pairs[0]!.exact).toBe(false);
  });

  it("finds nothing in single pixels and single images", async () => {
    const none = { pairs: [], truncated: false };
    expect(await findNearDuplicates([setOf(Uint8Array.of(1, 2, 3), [1, 1, 1])])).toMatchObject(none);
    expect(await findNearDuplicates([setOf(Uint8Array.of(1, 2, 3, 1), [2, 2, 1])])).toMatchObject(none);
  });

  it("ends early at maxPairs", async () => {
    const { train } = clothes;
    const images = new Uint8Array(40 * 784);
    for (let copy = 0; copy < 40; copy++) images.set(train.images.subarray(0, 784), copy * 784);
    const { pairs, truncated } = await findNearDuplicates([setOf(images, train.shape)], { maxPairs: 100 });
    expect([pairs.length, truncated]).toEqual([100, true]);
  });

  it("stops on an aborted signal", async () => {
    const sets = new Array<ImageSet>(40).fill(clothes.train);
    await expect(findNearDuplicates(sets, { signal: AbortSignal.abort() })).rejects.toThrow(
      "The search for near duplicates was stopped.",
    );
  });

  it("refuses sets of different shapes, no sets, and a distance that is not a number", async () => {
    const [a, b] = [setOf(new Uint8Array(4), [2, 2, 1]), setOf(new Uint8Array(6), [2, 3, 1])];
    await expect(findNearDuplicates([a, b])).rejects.toThrow(
      "Near duplicates: expected sets of images of one shape, received 2×2×1 and 2×3×1. Resize the images, or compare the sets of one shape.",
    );
    await expect(findNearDuplicates([])).rejects.toThrow("received no set");
    await expect(findNearDuplicates([a], { maxDistance: Number.NaN })).rejects.toThrow(
      "Near duplicates: expected maxDistance to be a number from 0 to 1, received NaN.",
    );
  });
});

/** All pairs by the definition: the correlation of the blurred images. */
function plainPairs({ images, count, shape }: ImageSet, maxDistance: number): [number, number, number][] {
  const [height, width, channels] = shape;
  const clamp = (value: number, size: number) => Math.min(size - 1, Math.max(0, value));
  const weights = [1, 2, 1];
  const blurred = Array.from({ length: count }, (_, image) =>
    Array.from({ length: height * width * channels }, (_, at) => {
      const [row, column] = [Math.floor(at / channels / width), Math.floor(at / channels) % width];
      let sum = 0;
      weights.forEach((down, i) => {
        weights.forEach((right, j) => {
          const from = clamp(row + i - 1, height) * width + clamp(column + j - 1, width);
          sum += (down * right * images[(image * height * width + from) * channels + (at % channels)]!) / 16;
        });
      });
      return sum;
    }),
  );
  const moments = blurred.map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const centred = values.map((value) => value - mean);
    return { centred, length: Math.sqrt(centred.reduce((sum, value) => sum + value * value, 0)) };
  });
  const result: [number, number, number][] = [];
  moments.forEach((a, first) => {
    moments.forEach((b, second) => {
      if (second <= first || a.length > 1.5 * b.length || b.length > 1.5 * a.length) return;
      const product = a.centred.reduce((sum, value, at) => sum + value * b.centred[at]!, 0);
      const distance = Math.sqrt(Math.max(0, 2 - (2 * product) / (a.length * b.length)));
      if (distance <= maxDistance) result.push([first, second, distance]);
    });
  });
  return result;
}
