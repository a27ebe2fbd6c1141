import fc from "fast-check";
import { it } from "vitest";
import { normalizeReference } from "./normalize.reference.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { Weight } from "./weight.js";

onEachVariant("normalize", (engine) => {
  it("has its twin's outputs and gradients, with one mean, or one for each place on the last axis", async () => {
    const cases = fc.record({
      shape: fc.oneof(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 1 }),
        fc.tuple(
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 5 }),
          fc.integer({ min: 1, max: 4 }),
        ),
      ),
      single: fc.boolean(),
      samples: fc.integer({ min: 1, max: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, single, samples }) => {
        const count = samples * shape.reduce((product, size) => product * size, 1);
        const places = single ? 1 : shape.at(-1)!;
        const x = sixteenths(count, 1).map((value) => value + 3);
        const dy = sixteenths(count, 2).map((value) => value + 3);
        const constant = (name: string, values: Float32Array<ArrayBuffer>) =>
          new Weight({ name, shape: [places], initial: () => values, isTrainable: () => false });
        const mean = constant("mean", sixteenths(places, 3));
        const deviation = constant(
          "deviation",
          sixteenths(places, 4).map((value) => 0.25 + Math.abs(value)),
        );
        const { y, dx } = await runChain(engine(), {
          nodes: [{ op: "normalize", owner: "normalize", mean, deviation }],
          shape,
          x,
          dy,
          samples,
        });
        expectClose(y, normalizeReference(mean.values, deviation.values, x), 1e-6);
        expectClose(dx, normalizeReference([0], deviation.values, dy), 1e-6);
      }),
      { numRuns: 60 },
    );
  });
});
