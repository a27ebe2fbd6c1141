import fc from "fast-check";
import { expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { expectClose, floats, onEachVariant, runChain, runExperiment, sixteenths } from "./op-lab.testing.js";
import { emitBytesInput } from "./rescale.js";

const cases = fc.record({
  shape: fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 3)),
  samples: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  scale: fc.constantFrom(1 / 255, 1 / 127.5, -2),
  offset: fc.constantFrom(0, -1, 0.5),
  seed: fc.nat(1_000_000),
});

onEachVariant("rescale", (engine) => {
  it("scales and shifts floats, and only scales gradients", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, left, shards, scale, offset, seed }) => {
        const x = sixteenths(samples * sizeOf(shape), seed).map((value) => value + 1 / 32);
        const dy = sixteenths(x.length, seed + 1).map((value) => value + 1 / 32);
        const nodes = [{ op: "rescale", owner: "rescale", scale, offset } as const];
        const run = { shape, x, dy, samples, batchSize: samples + left, shards };
        const actual = await runChain(engine(), { nodes, ...run });
        expectClose(
          actual.y,
          Float64Array.from(x, (value) => value * scale + offset),
          1e-6,
        );
        expectClose(
          actual.dx,
          Float64Array.from(dy, (value) => value * scale),
          1e-6,
        );
      }),
      { numRuns: 30 },
    );
  });

  it("turns bytes from 0 to 255 into floats", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, left, shards, scale, offset, seed }) => {
        const count = sizeOf(shape);
        const bytes = Uint8Array.from({ length: samples * count }, (_, i) => 255 - ((seed + 37 * i) % 256));
        bytes[0] = 255;
        const results = await runExperiment(engine(), {
          samples,
          batchSize: samples + left,
          shards,
          columns: [bytes],
          emit: (e, [column]) => ({ y: emitBytesInput(e, { scale, offset }, column!, shape).data }),
        });
        const expected = Float64Array.from(bytes, (value) => value * scale + offset);
        // Both terms are at most 255 · scale, or 1, before they cancel.
        const largest = Math.max(1, 255 * Math.abs(scale));
        floats(results["y"]!).forEach((value, at) => {
          expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6 * largest);
        });
      }),
      { numRuns: 30 },
    );
  });
});
