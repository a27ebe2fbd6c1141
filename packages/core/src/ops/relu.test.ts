import fc from "fast-check";
import { it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { reluReference } from "./relu.reference.js";

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

onEachVariant("ReLU", (engine) => {
  it("passes positive values, and gradients only there", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, left, shards, seed }) => {
        const x = sixteenths(samples * sizeOf(shape), seed);
        x[0] = 1;
        const dy = sixteenths(x.length, seed + 1).map((value) => value + 1 / 32);
        const run = { shape, x, dy, samples, batchSize: samples + left, shards };
        const actual = await runChain(engine(), { nodes: [{ op: "relu", owner: "relu" }], ...run });
        expectClose(actual.y, x.map(reluReference.value), 0);
        expectClose(
          actual.dx,
          dy.map((value, i) => value * reluReference.slope(x[i]!)),
          0,
        );
      }),
      { numRuns: 30 },
    );
  });
});
