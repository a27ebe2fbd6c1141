import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropoutReference } from "./dropout.reference.js";
import { onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";

onEachVariant("dropout", (engine) => {
  it("keeps and drops exactly its twin's units, forward and backward, tails included", async () => {
    const cases = fc.record({
      count: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(31, 32, 33, 64, 96, 4608)),
      rate: fc.constantFrom(0.1, 0.25, 0.4, 0.5, 0.9),
      samples: fc.integer({ min: 1, max: 5 }),
      left: fc.integer({ min: 0, max: 3 }),
      shards: fc.integer({ min: 1, max: 4 }),
      layer: fc.nat(50),
      step: fc.nat(2 ** 31),
      seed: fc.maxSafeNat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ count, rate, samples, left, shards, layer, step, seed }) => {
        // No input is zero, so every zero in the output is a dropped unit.
        const x = sixteenths(samples * count, 1).map((value) => value + 1 / 32);
        const dy = sixteenths(samples * count, 2).map((value) => value + 1 / 32);
        const scale = Math.fround(1 / (1 - rate));
        const expected = (of: Float32Array) =>
          of.map((value, i) => {
            const sample = Math.floor(i / count);
            return masks[sample]![i % count] ? Math.fround(value * scale) : 0;
          });
        const masks = Array.from({ length: samples }, (_, sample) =>
          dropoutReference({ rate, seed, layer, step, sample, count }),
        );
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "dropout", owner: "dropout", rate, layer }],
          shape: [count],
          x,
          dy,
          samples,
          batchSize: samples + left,
          shards,
          step,
          seed,
        });
        expect(y).toEqual(expected(x));
        expect(dx).toEqual(expected(dy));
      }),
      { numRuns: 50 },
    );
  });

  // Element 5 of 32 goes through a vector, element 30 of 31 through the tail.
  it.each([
    [5, 32],
    [30, 31],
  ])(
    "keeps element %d of %d if the threshold is its draw, and drops it above that",
    async (element, count) => {
      const options = { seed: 4, layer: 1, step: 2, sample: 0, count };
      const kept = (threshold: number) => dropoutReference({ ...options, rate: threshold / 65536 })[element]!;
      // A unit is kept as long as the threshold is at most its draw.
      let draw = 0;
      for (let bit = 32768; bit >= 1; bit /= 2) if (kept(draw + bit)) draw += bit;
      for (const threshold of [draw, draw + 1]) {
        const { y } = await runChain(engine(), {
          nodes: [{ op: "dropout", owner: "dropout", rate: threshold / 65536, layer: 1 }],
          shape: [count],
          x: new Float32Array(count).fill(1),
          dy: new Float32Array(count),
          samples: 1,
          ...options,
        });
        expect(y[element]! > 0).toBe(threshold === draw);
      }
    },
  );

  it.each([
    ["outside of training", { training: false, rate: 0.5 }],
    ["at rate 0", { training: true, rate: 0 }],
  ])("passes everything through %s", async (_, { training, rate }) => {
    const x = sixteenths(3 * 37, 1);
    const dy = sixteenths(3 * 37, 2);
    const nodes = [{ op: "dropout", owner: "dropout", rate, layer: 0 } as const];
    const actual = await runChain(engine(), { nodes, shape: [37], x, dy, samples: 3, training });
    expect(actual.y).toEqual(x);
    expect(actual.dx).toEqual(dy);
  });
});

describe("dropoutReference", () => {
  const base = { rate: 0.4, seed: 1, layer: 2, step: 3, sample: 4, count: 20_000 };

  it("drops a share of `rate`", () => {
    for (const rate of [0, 0.1, 0.4, 0.9]) {
      const kept = dropoutReference({ ...base, rate }).filter(Boolean).length;
      // Within four standard deviations of a binomial count.
      expect(Math.abs(kept - (1 - rate) * base.count)).toBeLessThanOrEqual(
        4 * Math.sqrt(base.count * rate * (1 - rate)),
      );
    }
  });

  it("draws a different mask for each seed, layer, step and sample", () => {
    const mask = (change: Partial<typeof base>) =>
      dropoutReference({ ...base, count: 64, ...change })
        .map(Number)
        .join("");
    const masks = [{}, { seed: 2 }, { seed: 1 + 2 ** 32 }, { layer: 3 }, { step: 4 }, { sample: 5 }].map(
      mask,
    );
    expect(new Set(masks).size).toBe(masks.length);
    expect(mask({})).toBe(masks[0]);
  });
});
