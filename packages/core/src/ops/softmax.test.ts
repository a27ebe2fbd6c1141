import fc from "fast-check";
import { expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { softmaxReference } from "./softmax.reference.js";

const cases = fc.record({
  shape: fc.oneof(
    fc.tuple(fc.constantFrom(2, 3, 8, 10, 17, 40)),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(2, 3, 5)),
  ),
  samples: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1_000_000),
});

onEachVariant("softmax", (engine) => {
  it("has its twin's outputs, and gradients of y · (dy − Σ dy · y)", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, left, shards, seed }) => {
        const K = shape.at(-1)!;
        const x = sixteenths(samples * sizeOf(shape), seed).map((value) => 5 * value);
        const dy = sixteenths(x.length, seed + 1).map((value, i) => value + (i % K));
        const run = { shape, x, dy, samples, batchSize: samples + left, shards };
        const actual = await runChain(engine(), { nodes: [{ op: "softmax", owner: "softmax" }], ...run });
        const y = softmaxReference(x, K);
        const dx = y.map((value, i) => {
          const row = i - (i % K);
          let dot = 0;
          for (let k = 0; k < K; k++) dot += dy[row + k]! * y[row + k]!;
          return value * (dy[i]! - dot);
        });
        expectClose(actual.y, y, 1e-6);
        // A nearly one-hot row has gradients near zero: they are compared relative to dy, not to dx.
        for (let i = 0; i < dx.length; i++)
          expect(Math.abs(actual.dx[i]! - dx[i]!)).toBeLessThan(1e-5 * (K + 2));
      }),
      { numRuns: 30 },
    );
  });

  it("stays finite at the largest logits, and keeps a NaN", async () => {
    const x = new Float32Array([3e38, 0, -3e38, 1000, 1000, -1000, Number.NaN, 0, 0]);
    const nodes = [{ op: "softmax", owner: "softmax" } as const];
    const { y } = await runChain(engine(), { nodes, shape: [3], x, dy: new Float32Array(9), samples: 3 });
    expect([...y.subarray(0, 6)]).toEqual([1, 0, 0, 0.5, 0.5, 0]);
    expect(y.subarray(6).every(Number.isNaN)).toBe(true);
  });
});
