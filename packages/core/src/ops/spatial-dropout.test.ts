import fc from "fast-check";
import { expect, it } from "vitest";
import { dropoutReference } from "./dropout.reference.js";
import { onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";

onEachVariant("spatialDropout", (engine) => {
  it("keeps and drops exactly its twin's channels, forward and backward", async () => {
    const cases = fc.record({
      size: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 })),
      C: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(31, 32, 33, 64, 70)),
      rate: fc.constantFrom(0.1, 0.25, 0.5, 0.9),
      samples: fc.integer({ min: 1, max: 5 }),
      left: fc.integer({ min: 0, max: 3 }),
      shards: fc.integer({ min: 1, max: 4 }),
      layer: fc.nat(50),
      step: fc.nat(2 ** 31),
      seed: fc.maxSafeNat(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ size, C, rate, samples, left, shards, layer, step, seed }) => {
        const count = size[0] * size[1] * C;
        // No input is zero, so every zero in the output is a dropped unit.
        const x = sixteenths(samples * count, 1).map((value) => value + 1 / 32);
        const dy = sixteenths(samples * count, 2).map((value) => value + 1 / 32);
        const kept = Array.from({ length: samples }, (_, sample) =>
          dropoutReference({ rate, seed, layer, step, sample, count: C }),
        );
        const scale = Math.fround(1 / (1 - rate));
        const expected = (of: Float32Array) =>
          of.map((value, i) => (kept[Math.floor(i / count)]![i % C] ? Math.fround(value * scale) : 0));
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "spatialDropout", owner: "dropout", rate, layer }],
          shape: [...size, C],
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

  it("drops whole samples where each has one draw", async () => {
    const x = sixteenths(9 * 30, 1).map((value) => value + 1 / 32);
    const nodes = [{ op: "spatialDropout", owner: "dropout", rate: 0.5, layer: 2, units: 1 } as const];
    const { y, dx } = await runChain(engine(), { nodes, shape: [2, 3, 5], x, dy: x, samples: 9, seed: 4 });
    const kept = Array.from(
      { length: 9 },
      (_, sample) => dropoutReference({ rate: 0.5, seed: 4, layer: 2, step: 0, sample, count: 1 })[0],
    );
    expect(new Set(kept).size).toBe(2);
    expect([...y]).toEqual([...x].map((value, i) => (kept[Math.floor(i / 30)] ? 2 * value : 0)));
    expect(dx).toEqual(y);
  });

  it("drops a NaN like any number", async () => {
    const x = new Float32Array(64).fill(Number.NaN);
    const nodes = [{ op: "spatialDropout", owner: "dropout", rate: 0.5, layer: 0 } as const];
    const { y } = await runChain(engine(), { nodes, shape: [1, 1, 64], x, dy: x, samples: 1 });
    const kept = dropoutReference({ rate: 0.5, seed: 0, layer: 0, step: 0, sample: 0, count: 64 });
    expect([...y]).toEqual(kept.map((value) => (value ? Number.NaN : 0)));
  });

  it.each([
    ["outside of training", { training: false, rate: 0.5 }],
    ["at rate 0", { training: true, rate: 0 }],
  ])("passes everything through %s", async (_, { training, rate }) => {
    const x = sixteenths(3 * 30, 1);
    const dy = sixteenths(3 * 30, 2);
    const nodes = [{ op: "spatialDropout", owner: "dropout", rate, layer: 0 } as const];
    const actual = await runChain(engine(), { nodes, shape: [2, 3, 5], x, dy, samples: 3, training });
    expect(actual.y).toEqual(x);
    expect(actual.dx).toEqual(dy);
  });
});
