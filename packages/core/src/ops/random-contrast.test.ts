import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectGradient } from "./finite-differences.testing.js";
import { eachSample } from "./mixing.testing.js";
import { closeOrZero, onEachVariant, sixteenths } from "./op-lab.testing.js";
import { randomContrastReference } from "./random-contrast.reference.js";
import { passesThroughOutsideOfTraining, randomBatch, runOnImages } from "./random-op.testing.js";

onEachVariant("randomContrast", (engine) => {
  it("has its twin's outputs and gradients, with and without clipping", async () => {
    const cases = fc.record({
      ...randomBatch,
      factor: fc.constantFrom([0, 0] as const, [0.5, 1] as const, [1, 2.5] as const),
      // Not a multiple of 1/16, so that rounding cannot decide what is clipped.
      valueRange: fc.constantFrom([-1.03, 1.07] as const, [-255, 255] as const),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, shards, step, seed, ...options }) => {
        const node = { op: "randomContrast", owner: "contrast", ...options } as const;
        const batch = { shape, samples, shards, step, seed };
        const { x, dy, y, dx, sampleOf } = await runOnImages(engine(), node, batch);
        const twin = (one: Float32Array, sample: number) =>
          randomContrastReference({ ...options, seed, step, sample }, shape, one, sampleOf(dy, sample));
        closeOrZero(
          y,
          eachSample(x, samples, (one, sample) => twin(one, sample).y),
        );
        closeOrZero(
          dx,
          eachSample(x, samples, (one, sample) => twin(one, sample).dx),
        );
      }),
      { numRuns: 100, seed: 6 },
    );
  });

  passesThroughOutsideOfTraining(engine, {
    op: "randomContrast",
    owner: "contrast",
    factor: [2, 2],
    valueRange: [0, 1],
    layer: 0,
  });
});

describe("randomContrastReference", () => {
  const draw = { layer: 1, seed: 3, step: 2, sample: 0 };

  it("has the gradients of finite differences", () => {
    const options = { ...draw, factor: [1.5, 2], valueRange: [-1.03, 1.07] } as const;
    const x = Float64Array.from(sixteenths(4 * 3 * 2, 7));
    const dy = sixteenths(x.length, 8);
    const { y, dx } = randomContrastReference(options, [4, 3, 2], x, dy);
    expect(y).toContain(1.07);
    expectGradient(dx, x, dy, () => randomContrastReference(options, [4, 3, 2], x, dy).y);
  });

  it("draws factors uniformly from the range", () => {
    const factors = Array.from({ length: 1500 }, (_, sample) => {
      const options = { ...draw, sample, factor: [0.8, 1.3], valueRange: [-9, 9] } as const;
      return randomContrastReference(options, [1, 2, 1], [-1, 1], [0, 0]).y[1]!;
    });
    const mean = factors.reduce((sum, factor) => sum + factor, 0) / factors.length;
    // The standard error of the mean is 0.5 / √12 / √1500 = 0.0037.
    expect(Math.abs(mean - 1.05)).toBeLessThan(0.012);
    expect(Math.min(...factors)).toBeGreaterThanOrEqual(0.8);
    expect(Math.min(...factors)).toBeLessThan(0.803);
    expect(Math.max(...factors)).toBeGreaterThan(1.297);
    expect(Math.max(...factors)).toBeLessThan(1.3);
  });
});
