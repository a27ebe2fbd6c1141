import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { randomFlipReference } from "./random-flip.reference.js";

onEachVariant("randomFlip", (engine) => {
  it("mirrors exactly the images that its twin mirrors, forward and backward", async () => {
    const size = fc.integer({ min: 1, max: 6 });
    const cases = fc.record({
      shape: fc.tuple(size, size, fc.integer({ min: 1, max: 5 })),
      horizontal: fc.boolean(),
      vertical: fc.boolean(),
      samples: fc.integer({ min: 1, max: 8 }),
      shards: fc.integer({ min: 1, max: 4 }),
      layer: fc.nat(50),
      step: fc.nat(2 ** 31),
      seed: fc.maxSafeNat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, horizontal, vertical, samples, shards, layer, step, seed }) => {
        const count = shape[0] * shape[1] * shape[2];
        const x = sixteenths(samples * count, 1);
        const dy = sixteenths(samples * count, 2);
        // A mirror is its own inverse, so the gradient is mirrored the same way.
        const expected = (of: Float32Array) => {
          const all = new Float32Array(of.length);
          for (let sample = 0; sample < samples; sample++) {
            const one = of.subarray(sample * count, (sample + 1) * count);
            const options = { horizontal, vertical, layer, seed, step, sample };
            all.set(randomFlipReference(options, shape, one), sample * count);
          }
          return all;
        };
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "randomFlip", owner: "flip", horizontal, vertical, layer }],
          shape,
          x,
          dy,
          samples,
          batchSize: samples,
          shards,
          step,
          seed,
        });
        expect(y).toEqual(expected(x));
        expect(dx).toEqual(expected(dy));
      }),
      { numRuns: 40 },
    );
  });

  it("passes images through outside of training", async () => {
    const x = sixteenths(4 * 12, 3);
    const { y } = await runChain(engine(), {
      nodes: [{ op: "randomFlip", owner: "flip", horizontal: true, vertical: true, layer: 0 }],
      shape: [3, 4, 1],
      x,
      dy: x,
      samples: 4,
      batchSize: 4,
      shards: 1,
      training: false,
    });
    expect(y).toEqual(x);
  });
});

describe("randomFlipReference", () => {
  const image = [1, 2, 3, 4, 5, 6];
  const flip = (horizontal: boolean, vertical: boolean, sample: number) =>
    randomFlipReference({ horizontal, vertical, layer: 1, seed: 9, step: 4, sample }, [2, 3, 1], image).join(
      " ",
    );
  const samples = Array.from({ length: 400 }, (_, sample) => sample);

  it("mirrors about half of the images in one direction", () => {
    const across = samples.filter((sample) => flip(true, false, sample) === "3 2 1 6 5 4").length;
    const upright = samples.filter((sample) => flip(true, false, sample) === "1 2 3 4 5 6").length;
    expect(across + upright).toBe(400);
    expect(across).toBeGreaterThan(150);
    expect(upright).toBeGreaterThan(150);
    const down = samples.filter((sample) => flip(false, true, sample) === "4 5 6 1 2 3").length;
    expect(down).toBeGreaterThan(150);
    expect(down).toBeLessThan(250);
  });

  it("mirrors in both directions independently", () => {
    expect(new Set(samples.map((sample) => flip(true, true, sample))).size).toBe(4);
  });
});
