import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { expectClose, onEachVariant, runChain } from "./op-lab.testing.js";
import type { RandomErasingOptions } from "./random-erasing.js";
import { randomErasingReference } from "./random-erasing.reference.js";
import { passesThroughOutsideOfTraining, randomBatch, runOnImages } from "./random-op.testing.js";

const share = fc.integer({ min: 0, max: 16 }).map((value) => value / 16);
const range = fc.tuple(share, share).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

onEachVariant("randomErasing", (engine) => {
  it("erases exactly its twin's boxes, with the same fill, and passes no gradient there", async () => {
    const cases = fc.record({
      ...randomBatch,
      factor: range,
      scale: range,
      fillValue: fc.constantFrom(null, 0, 0.5, 300),
      valueRange: fc.constantFrom([0, 255] as const, [-1, 1] as const, [0, 1] as const),
    });
    let erasedAtAll = 0;
    let keptAtAll = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, shards, step, seed, ...options }) => {
        const node = { op: "randomErasing", owner: "erasing", ...options } as const;
        const batch = { shape, samples, shards, step, seed };
        const { x, dy, y, dx, sampleOf } = await runOnImages(engine(), node, batch);
        for (let sample = 0; sample < samples; sample++) {
          const of = (values: Float32Array) => sampleOf(values, sample);
          const twin = randomErasingReference({ ...options, seed, step, sample }, shape, of(x));
          for (let i = 0; i < twin.y.length; i++) {
            const erased = twin.erased[i] === 1;
            if (erased) erasedAtAll++;
            else keptAtAll++;
            expect(of(dx)[i]).toBe(erased ? 0 : of(dy)[i]);
            if (!erased) expect(of(y)[i]).toBe(of(x)[i]);
            else expect(of(y)[i]).toBeCloseTo(twin.y[i]!, 3);
          }
        }
      }),
      { numRuns: 60, seed: 5 },
    );
    expect(erasedAtAll).toBeGreaterThan(500);
    expect(keptAtAll).toBeGreaterThan(500);
  });

  it("draws its twin's noise, up to rounding", async () => {
    const shape = [28, 27, 3] as const;
    const options = {
      factor: [1, 1],
      scale: [0.9, 1],
      fillValue: null,
      valueRange: [-4, 4],
      layer: 3,
    } as const;
    const x = new Float32Array(28 * 27 * 3);
    const { y } = await runChain(engine(), {
      nodes: [{ op: "randomErasing", owner: "erasing", ...options }],
      shape,
      x,
      dy: x,
      samples: 1,
      step: 8,
      seed: 11,
    });
    expectClose(y, randomErasingReference({ ...options, seed: 11, step: 8, sample: 0 }, shape, x).y, 1e-6);
  });

  passesThroughOutsideOfTraining(engine, {
    op: "randomErasing",
    owner: "erasing",
    factor: [1, 1],
    scale: [0.5, 0.5],
    fillValue: 0,
    valueRange: [0, 1],
    layer: 0,
  });
});

describe("randomErasingReference", () => {
  const shape = [28, 28, 1] as const;
  const image = new Float32Array(28 * 28).fill(0.25);
  const defaults = {
    factor: [0, 1],
    scale: [0.02, 0.33],
    fillValue: null,
    valueRange: [0, 1],
    layer: 1,
  } as const;
  const draw = (options: Partial<RandomErasingOptions>, samples: number) =>
    Array.from({ length: samples }, (_, sample) =>
      randomErasingReference({ ...defaults, ...options, seed: 9, step: 4, sample }, shape, image),
    );
  const areas = (drawn: ReturnType<typeof draw>) =>
    drawn.map(({ erased }) => erased.reduce((sum, one) => sum + one, 0));

  it("erases half of the images by default, all of them with a factor of [1, 1], none with [0, 0]", () => {
    const touched = areas(draw({ fillValue: 0 }, 1000)).filter((area) => area > 0).length;
    expect(touched).toBeGreaterThan(440);
    expect(touched).toBeLessThan(560);
    expect(areas(draw({ factor: [1, 1], fillValue: 0 }, 300)).every((area) => area > 0)).toBe(true);
    expect(areas(draw({ factor: [0, 0], fillValue: 0 }, 300)).every((area) => area === 0)).toBe(true);
  });

  it("draws shares of width and height whose squares are uniform over the scale", () => {
    // E[√s]² for s uniform in 0.02 … 0.33: (2/3 · (0.33^1.5 − 0.02^1.5) / 0.31)² = 0.1615.
    const drawn = areas(draw({ factor: [1, 1], fillValue: 0 }, 1500));
    const mean = drawn.reduce((sum, area) => sum + area, 0) / drawn.length / 784;
    expect(mean).toBeGreaterThan(0.155);
    expect(mean).toBeLessThan(0.168);
    // √0.02 · 28 = 3.96 and √0.33 · 28 = 16.1: 3 to 17 pixels each way.
    expect(Math.min(...drawn)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...drawn)).toBeLessThanOrEqual(289);
  });

  it("fills with normal noise, clipped to the range", () => {
    const values = draw({ factor: [1, 1], valueRange: [-8, 8] }, 60).flatMap(({ y, erased }) =>
      Array.from(
        y.filter((_, i) => erased[i] === 1),
        (value) => value / 8,
      ),
    );
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    // Normal numbers clipped to ±1: 68.3% lie within, and the second moment is 0.1987 + 0.3173 = 0.5161.
    expect(values.length).toBeGreaterThan(5000);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 0.5161)).toBeLessThan(0.03);
    const cut = values.filter((value) => Math.abs(value) === 1).length / values.length;
    expect(Math.abs(cut - 0.3173)).toBeLessThan(0.03);
  });

  it("draws a different box for every sample, step and layer", () => {
    const one = (options: object) =>
      randomErasingReference(
        { ...defaults, factor: [1, 1], fillValue: 1, seed: 9, step: 4, sample: 0, ...options },
        shape,
        image,
      ).y.join();
    const all = [{}, { sample: 1 }, { step: 5 }, { layer: 2 }, { seed: 10 }].map(one);
    expect(new Set(all).size).toBe(all.length);
    expect(one({})).toBe(all[0]);
  });
});
