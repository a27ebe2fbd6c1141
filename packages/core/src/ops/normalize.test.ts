import fc from "fast-check";
import { expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import { normalizeAxes } from "./normalize.js";
import { normalizeReference } from "./normalize.reference.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { Weight } from "./weight.js";

onEachVariant("normalize", (engine) => {
  it("has its twin's outputs and gradients on any axes, there and back", async () => {
    const size = fc.integer({ min: 1, max: 5 });
    const cases = fc.record({
      shape: fc.oneof(fc.tuple(fc.integer({ min: 1, max: 9 })), fc.tuple(size, size, size)),
      isKept: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      invert: fc.boolean(),
      samples: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, isKept, invert, samples }) => {
        const kept = [...shape.keys()].filter((axis) => isKept[axis]);
        const count = samples * sizeOf(shape);
        const places = sizeOf(kept.map((axis) => shape[axis]!));
        const x = sixteenths(count, 1).map((value) => value + 3);
        const dy = sixteenths(count, 2).map((value) => value + 3);
        const constant = (name: string, values: Float32Array<ArrayBuffer>) =>
          new Weight({ name, shape: [places], initial: () => values, isTrainable: () => false });
        const mean = constant("mean", sixteenths(places, 3));
        const variance = constant(
          "variance",
          sixteenths(places, 4).map((value) => value * value),
        );
        const node = { op: "normalize", owner: "normalize", mean, variance, invert, epsilon: 0.25 } as const;
        const { y, dx } = await runChain(engine(), {
          nodes: [{ ...node, ...normalizeAxes(shape, kept)! }],
          ...{ shape, x, dy, samples },
        });
        const statistics = { shape, kept, variance: variance.values, epsilon: 0.25, invert };
        expectClose(y, normalizeReference({ ...statistics, mean: mean.values }, x), 1e-6);
        expectClose(dx, normalizeReference({ ...statistics, mean: mean.values.map(() => 0) }, dy), 1e-6);
      }),
      { numRuns: 60 },
    );
  });

  it("takes axes together, and has no more than three", () => {
    expect(normalizeAxes([2, 3, 4, 5], [3])).toEqual({ axes: [1, 24, 5], statisticsAxes: [1, 1, 5] });
    expect(normalizeAxes([2, 3, 4, 5], [1, 2])).toEqual({ axes: [2, 12, 5], statisticsAxes: [1, 12, 1] });
    expect(normalizeAxes([2, 3, 4, 5], [0, 2])).toBeUndefined();
  });
});
