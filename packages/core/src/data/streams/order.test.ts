import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blockSizes, type StreamOrder, windowsOf } from "./order.js";

/** The rows of a pass, in the order in which they come. */
function rowsOf(images: { count: number; imageBytes: number }, order?: StreamOrder): number[] {
  return [...windowsOf(images, order)].flatMap((window) => {
    const rows = window.stretches.flatMap(({ first, count }) =>
      Array.from({ length: count }, (_, index) => first + index),
    );
    expect(rows).toHaveLength(window.count);
    return window.order ? [...window.order].map((at) => rows[at]!) : rows;
  });
}

const MIB = 2 ** 20;

describe("windowsOf", () => {
  it("yields each image once, whatever their number and size", () => {
    const images = fc.record({
      count: fc.integer({ min: 1, max: 700 }),
      imageBytes: fc.integer({ min: 40_000, max: 40 * MIB }),
    });
    fc.assert(
      fc.property(images, fc.integer({ min: 0, max: 9 }), fc.boolean(), (set, pass, seekable) => {
        const rows = rowsOf(set, { seed: 1, pass, seekable });
        expect([...rows].sort((a, b) => a - b)).toEqual(rowsOf(set));
        expect(rowsOf(set)).toEqual(Array.from({ length: set.count }, (_, row) => row));
      }),
      { numRuns: 50 },
    );
  });

  it("keeps windows to 32 MiB, or one image", () => {
    for (const imageBytes of [1, 784, 65_537, 5 * MIB, 40 * MIB]) {
      const { blockImages, windowBlocks } = blockSizes(imageBytes);
      expect(blockImages * windowBlocks * imageBytes).toBeLessThanOrEqual(Math.max(32 * MIB, imageBytes));
    }
    expect(blockSizes(784)).toEqual({ blockImages: 83, windowBlocks: 515 });
  });

  it("repeats an order only for the same seed and pass", () => {
    const images = { count: 2000, imageBytes: 65_536 };
    const first = rowsOf(images, { seed: 7, pass: 3, seekable: true });
    expect(rowsOf(images, { seed: 7, pass: 3, seekable: true })).toEqual(first);
    expect(rowsOf(images, { seed: 7, pass: 4, seekable: true })).not.toEqual(first);
    expect(rowsOf(images, { seed: 8, pass: 3, seekable: true })).not.toEqual(first);
  });

  it("fills windows from all over a file, or from one piece of a packed file", () => {
    const images = { count: 5000, imageBytes: 65_536 };
    const spread = (seekable: boolean) => {
      const [window] = windowsOf(images, { seed: 1, pass: 0, seekable });
      const last = window!.stretches.at(-1)!;
      return last.first + last.count - window!.stretches[0]!.first;
    };
    expect(spread(true)).toBeGreaterThan(4500);
    expect(spread(false)).toBe(512);
  });

  it("reads in the order of the file, and consecutive blocks at once", () => {
    for (const { stretches } of windowsOf(
      { count: 5000, imageBytes: 65_536 },
      { seed: 1, pass: 0, seekable: true },
    )) {
      for (let at = 1; at < stretches.length; at++) {
        const before = stretches[at - 1]!;
        expect(stretches[at]!.first).toBeGreaterThan(before.first + before.count);
      }
    }
  });
});
