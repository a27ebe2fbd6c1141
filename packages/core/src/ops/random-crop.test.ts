import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachSample, mix, mixBackward } from "./mixing.testing.js";
import { closeOrZero, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { randomCropReference } from "./random-crop.reference.js";
import { randomBatch } from "./random-op.testing.js";
import { windowOfAspect } from "./resize.js";
import { resizeReference } from "./resize.reference.js";

onEachVariant("randomCrop", (engine) => {
  it("cuts exactly the window that its twin draws in training, and the resized middle otherwise", async () => {
    const size = fc.integer({ min: 1, max: 8 });
    const cases = fc.record({
      ...randomBatch,
      P: size,
      Q: size,
      training: fc.boolean(),
    });
    let random = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, P, Q, training, samples, shards, layer, step, seed }) => {
        const [H, W, C] = shape;
        const x = sixteenths(samples * H * W * C, 1);
        const dy = sixteenths(samples * P * Q * C, 2);
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "randomCrop", owner: "crop", P, Q, layer }],
          shape,
          x,
          dy,
          samples,
          batchSize: samples,
          shards,
          step,
          seed,
          training,
        });
        const drawn = training && H >= P && W >= Q;
        if (drawn) random++;
        const mixing = (sample: number) => {
          const corner = drawn && randomCropReference({ P, Q, layer, seed, step, sample }, shape);
          const window = corner ? { ...corner, height: P, width: Q } : windowOfAspect(H, W, P, Q);
          return resizeReference({ window, P, Q, interpolation: "bilinear" }, shape);
        };
        closeOrZero(
          y,
          eachSample(x, samples, (one, sample) => mix(mixing(sample), C, one)),
        );
        closeOrZero(
          dx,
          eachSample(dy, samples, (one, sample) => mixBackward(mixing(sample), shape, one)),
        );
      }),
      { numRuns: 150, seed: 2 },
    );
    expect(random).toBeGreaterThan(15);
  });
});

describe("randomCropReference", () => {
  it("draws all windows about equally often", () => {
    const often = new Map<string, number>();
    for (let sample = 0; sample < 2400; sample++) {
      const draw = { P: 4, Q: 3, layer: 1, seed: 5, step: 2, sample };
      const { top, left } = randomCropReference(draw, [6, 6, 1]);
      often.set(`${top} ${left}`, (often.get(`${top} ${left}`) ?? 0) + 1);
    }
    // Three places for the top and four for the left: 200 each, with a standard deviation of 13.5.
    expect(often.size).toBe(12);
    expect(Math.min(...often.values())).toBeGreaterThan(150);
    expect(Math.max(...often.values())).toBeLessThan(250);
  });
});
