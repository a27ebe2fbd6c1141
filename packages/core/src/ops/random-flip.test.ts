import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachSample } from "./mixing.testing.js";
import { onEachVariant } from "./op-lab.testing.js";
import { randomFlipReference } from "./random-flip.reference.js";
import { passesThroughOutsideOfTraining, randomBatch, runOnImages } from "./random-op.testing.js";

onEachVariant("randomFlip", (engine) => {
  it("mirrors exactly the images that its twin mirrors, forward and backward", async () => {
    const cases = fc.record({
      ...randomBatch,
      horizontal: fc.boolean(),
      vertical: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, shards, step, seed, ...options }) => {
        const node = { op: "randomFlip", owner: "flip", ...options } as const;
        const batch = { shape, samples, shards, step, seed };
        const { x, dy, y, dx } = await runOnImages(engine(), node, batch);
        const mirrored = (one: Float32Array, sample: number) =>
          randomFlipReference({ ...options, seed, step, sample }, shape, one);
        expect([...y]).toEqual(eachSample(x, samples, mirrored));
        // A mirror is its own inverse, so the gradient is mirrored the same way.
        expect([...dx]).toEqual(eachSample(dy, samples, mirrored));
      }),
      { numRuns: 40 },
    );
  });

  passesThroughOutsideOfTraining(engine, {
    op: "randomFlip",
    owner: "flip",
    horizontal: true,
    vertical: true,
    layer: 0,
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
