import fc from "fast-check";
import { expect, it } from "vitest";
import { dropSampleReference, normalReference } from "./noise.reference.js";
import { closeOrZero, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { between, uniforms } from "./random-draw.reference.js";

const draws = {
  count: fc.integer({ min: 1, max: 19 }),
  samples: fc.integer({ min: 1, max: 6 }),
  shards: fc.integer({ min: 1, max: 3 }),
  layer: fc.nat(50),
  step: fc.nat(2 ** 31),
  seed: fc.maxSafeNat(),
};

onEachVariant("noise", (engine) => {
  const run = (
    node: Parameters<typeof runChain>[1]["nodes"][number],
    one: { count: number; samples: number; shards: number; step: number; seed: number },
  ) => {
    const { count, samples, ...place } = one;
    const x = sixteenths(samples * count, 1);
    const dy = sixteenths(samples * count, 2);
    const options = { shape: [count], x, dy, samples, batchSize: samples, ...place };
    return runChain(engine(), { nodes: [node], ...options }).then((result) => ({ ...result, x, dy }));
  };

  it("is normal, added or multiplied, as its twin draws it", async () => {
    const cases = fc.record({ ...draws, multiplied: fc.boolean(), stddev: fc.constantFrom(0.1, 0.75) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ stddev, multiplied, layer, ...one }) => {
        const node = { op: "gaussianNoise", owner: "noise", stddev, multiplied, layer } as const;
        const { y, dx, x, dy } = await run(node, one);
        const z = Array.from({ length: one.samples }, (_, sample) =>
          normalReference({ ...one, layer, sample }, one.count),
        ).flat();
        const change = (from: Float32Array) =>
          Array.from(from, (value, i) =>
            multiplied ? value * (1 + stddev * z[i]!) : value + stddev * z[i]!,
          );
        closeOrZero(y, change(x));
        closeOrZero(dx, multiplied ? change(dy) : [...dy]);
      }),
      { numRuns: 40 },
    );
  });

  it("that drops samples drops those of its twin", async () => {
    const cases = fc.record({ ...draws, rate: fc.constantFrom(0.25, 0.5, 0.9) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ rate, layer, ...one }) => {
        const { y, dx, x, dy } = await run({ op: "dropSamples", owner: "depth", rate, layer }, one);
        const factors = Array.from({ length: one.samples }, (_, sample) =>
          dropSampleReference({ ...one, layer, sample }, rate),
        );
        const expected = (from: Float32Array) =>
          Array.from(from, (v, i) => v * factors[Math.floor(i / one.count)]!);
        closeOrZero(y, expected(x));
        closeOrZero(dx, expected(dy));
      }),
      { numRuns: 40 },
    );
  });

  it("of brightness is one number for an image, and clipped", async () => {
    const cases = fc.record({ ...draws, delta: fc.constantFrom([-0.5, 0.75] as const, [0, 0] as const) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ delta, layer, ...one }) => {
        // Not a multiple of 1/16, so that rounding cannot decide what is clipped.
        const valueRange = [-1.03, 1.07] as const;
        const node = { op: "randomBrightness", owner: "brightness", delta, valueRange, layer } as const;
        const { y, dx, x, dy } = await run(node, one);
        const moved = Array.from(x, (value, i) => {
          const sample = Math.floor(i / one.count);
          return value + between(delta, uniforms({ ...one, layer, sample }, 0)[0]);
        });
        const clipped = moved.map((value) => Math.min(1.07, Math.max(-1.03, value)));
        closeOrZero(y, clipped);
        closeOrZero(
          dx,
          moved.map((value, i) => (value === clipped[i] ? dy[i]! : 0)),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("is absent outside of training", async () => {
    const x = sixteenths(6, 1);
    const place = { shape: [3], x, dy: x, samples: 2, training: false };
    for (const node of [
      { op: "gaussianNoise", owner: "n", stddev: 0.5, multiplied: true, layer: 0 },
      { op: "dropSamples", owner: "d", rate: 0.5, layer: 0 },
      { op: "randomBrightness", owner: "b", delta: [1, 1], valueRange: [0, 1], layer: 0 },
    ] as const) {
      const { y, dx } = await runChain(engine(), { nodes: [node], ...place });
      expect([y, dx]).toEqual([x, x]);
    }
  });
});
