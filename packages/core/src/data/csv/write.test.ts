import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImageSet } from "../dataset.js";
import { readCsv } from "./read.js";
import { csvOf } from "./write.js";

describe("csvOf", () => {
  const sets = fc
    .record({
      shape: fc.tuple(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
      ),
      count: fc.integer({ min: 1, max: 6 }),
      floats: fc.boolean(),
      seed: fc.integer(),
    })
    .chain(({ shape, count, floats }) => {
      const length = shape[0] * shape[1] * shape[2] * count;
      const options = { minLength: length, maxLength: length };
      const images = floats
        ? fc.float32Array({ ...options, noNaN: true, noDefaultInfinity: true })
        : fc.uint8Array(options);
      const labels = fc.uint8Array({ minLength: count, maxLength: count, max: 3 });
      return fc.record({ images, labels }).map((arrays): ImageSet => ({ ...arrays, count, shape }));
    });

  it("writes tables that readCsv reads back unchanged", async () => {
    const names = ["a", 'b "quoted"', "c,d", " e"];
    await fc.assert(
      fc.asyncProperty(sets, async (set) => {
        const text = Buffer.concat([...csvOf([set], names)]);
        const back = await readCsv(new Uint8Array(text));
        expect(back.dropped.rows).toEqual([]);
        expect(back.images.shape).toEqual(set.shape);
        expect([...back.images.images].map((value) => value + 0)).toEqual(
          [...set.images].map((value) => value + 0),
        );
        expect([...back.images.labels].map((label) => back.images.labelTexts[label])).toEqual(
          [...set.labels].map((label) => names[label]!.trim()),
        );
      }),
    );
  });
});
