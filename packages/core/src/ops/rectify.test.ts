import fc from "fast-check";
import { expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { preluReference, rectifyReference } from "./rectify.reference.js";
import { Weight } from "./weight.js";

const place = {
  shape: fc.oneof(
    fc.tuple(fc.constantFrom(1, 2, 3, 8, 17, 40)),
    fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(2, 3, 5)),
  ),
  samples: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1_000_000),
};

onEachVariant("rectifiers", (engine) => {
  it("with slope, threshold and maximum have their twin's values and slopes, where they bend too", async () => {
    const cases = fc.record({
      ...place,
      slope: fc.constantFrom(0, 0.25, 1.5),
      threshold: fc.constantFrom(0, 0.5, 2),
      maximum: fc.constantFrom(0, 1, 6, Number.POSITIVE_INFINITY),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ slope, threshold, maximum, shape, samples, left, shards, seed }) => {
        const x = sixteenths(samples * sizeOf(shape), seed);
        [x[0], x[x.length - 1]] = [threshold, Math.min(maximum, 9)];
        const dy = sixteenths(x.length, seed + 1).map((value) => value + 1 / 32);
        const options = { slope, threshold, maximum };
        const run = { shape, x, dy, samples, batchSize: samples + left, shards };
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "rectify", owner: "r", ...options }],
          ...run,
        });
        const twin = rectifyReference(options);
        x.forEach((at, i) => {
          expect(y[i]).toBeCloseTo(twin.value(at), 6);
          expect(dx[i]).toBeCloseTo(dy[i]! * twin.slope(at), 6);
        });
      }),
      { numRuns: 40 },
    );
  });

  it("keep a NaN, and send −∞ to 0 where the slope is 0", async () => {
    const x = Float32Array.of(Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 3, Number.NaN);
    const node = { op: "rectify", owner: "r", slope: 0, threshold: 1, maximum: 6 } as const;
    const { y } = await runChain(engine(), { nodes: [node], shape: [5], samples: 1, x, dy: x.map(() => 1) });
    expect([...y]).toEqual([Number.NaN, 0, 6, 3, Number.NaN]);
  });

  it("with slopes as weights have their twin's values and gradients, whichever axes share them", async () => {
    const cases = fc.record({ ...place, shared: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shared, shape, samples, left, shards, seed }) => {
        const alphaShape = shape.map((size, axis) => (shared[axis] ? 1 : size));
        const values = sixteenths(sizeOf(alphaShape), seed + 2);
        const alpha = new Weight({
          ...{ name: "p/alpha", shape: alphaShape, initial: () => values.slice() },
          isTrainable: () => true,
        });
        const x = sixteenths(samples * sizeOf(shape), seed);
        x[0] = 0;
        const dy = sixteenths(x.length, seed + 1);
        const run = { shape, x, dy, samples, batchSize: samples + left, shards };
        const actual = await runChain(engine(), { nodes: [{ op: "prelu", owner: "p", alpha }], ...run });
        /** Which slope the number at an index of a sample has. */
        const placeOf = (index: number) =>
          shape.reduceRight(
            ({ at, step, rest }, size, axis) => ({
              at: at + (shared[axis] ? 0 : (rest % size) * step),
              step: shared[axis] ? step : step * size,
              rest: Math.floor(rest / size),
            }),
            { at: 0, step: 1, rest: index % sizeOf(shape) },
          ).at;
        const gradient = new Float64Array(values.length);
        const slopes = Array.from(x, (_, i) => values[placeOf(i)]!);
        x.forEach((at, i) => {
          gradient[placeOf(i)]! += dy[i]! * preluReference.alphaSlope(at);
        });
        x.forEach((at, i) => {
          expect(actual.y[i]).toBeCloseTo(preluReference.value(at, slopes[i]!), 6);
        });
        x.forEach((at, i) => {
          expect(actual.dx[i]).toBeCloseTo(dy[i]! * preluReference.slope(at, slopes[i]!), 6);
        });
        if (gradient.some((value) => value !== 0)) expectClose(actual.gradient(alpha), gradient, 1e-5);
      }),
      { numRuns: 40 },
    );
  });
});
