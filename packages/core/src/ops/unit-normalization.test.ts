import fc from "fast-check";
import { expect, it } from "vitest";
import { closeOrZero, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

onEachVariant("rows", (engine) => {
  const cases = fc.record({
    rows: fc.integer({ min: 1, max: 4 }),
    length: fc.constantFrom(1, 2, 3, 5, 8, 13),
    samples: fc.integer({ min: 1, max: 5 }),
    shards: fc.integer({ min: 1, max: 3 }),
    seed: fc.nat(1_000_000),
  });

  it("have length 1 after unitNormalization, with the twin's gradients", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, length, samples, shards, seed }) => {
        const x = sixteenths(samples * rows * length, seed).map((value) => value + 1 / 32);
        const dy = sixteenths(x.length, seed + 1);
        const node = { op: "unitNormalization", owner: "unit", length, epsilon: 1e-12 } as const;
        const place = { shape: [rows, length], x, dy, samples, batchSize: samples, shards };
        const { y, dx } = await runChain(engine(), { nodes: [node], ...place });
        const expected = { y: new Float64Array(x.length), dx: new Float64Array(x.length) };
        for (let first = 0; first < x.length; first += length) {
          const at = Array.from({ length }, (_, i) => first + i);
          const norm = Math.sqrt(at.reduce((sum, i) => sum + x[i]! ** 2, 0));
          for (const i of at) expected.y[i] = x[i]! / norm;
          const dot = at.reduce((sum, i) => sum + dy[i]! * expected.y[i]!, 0);
          for (const i of at) expected.dx[i] = (dy[i]! - expected.y[i]! * dot) / norm;
        }
        closeOrZero(y, expected.y);
        // A row of one number always has length 1: what is left of its gradient is rounding.
        if (length > 1) closeOrZero(dx, expected.dx);
      }),
      { numRuns: 40 },
    );
  });

  it("of zeros stay zeros in unitNormalization", async () => {
    const node = { op: "unitNormalization", owner: "unit", length: 3, epsilon: 1e-12 } as const;
    const x = new Float32Array(3);
    const { y, dx } = await runChain(engine(), { nodes: [node], shape: [3], x, dy: x, samples: 1 });
    expect([...y, ...dx]).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("are multiplied by channelScale's factors, with the twin's gradients", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, length: C, samples, shards, seed }) => {
        const gamma = weightOf("gamma", [C], seed);
        const x = sixteenths(samples * rows * C, seed + 1);
        const dy = sixteenths(x.length, seed + 2);
        const place = { shape: [rows, C], x, dy, samples, batchSize: samples + 2, shards };
        const result = await runChain(engine(), {
          nodes: [{ op: "channelScale", owner: "scale", gamma }],
          ...place,
        });
        const dgamma = new Float64Array(C);
        x.forEach((value, i) => {
          dgamma[i % C]! += value * dy[i]!;
        });
        // Sums and products of sixteenths are exact.
        expect([...result.y]).toEqual(Array.from(x, (value, i) => value * gamma.values[i % C]!));
        expect([...result.dx]).toEqual(Array.from(dy, (value, i) => value * gamma.values[i % C]!));
        expect([...result.gradient(gamma)]).toEqual([...dgamma]);
      }),
      { numRuns: 40 },
    );
  });
});
