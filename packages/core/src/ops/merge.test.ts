import fc from "fast-check";
import { expect, it } from "vitest";
import { sizeOf } from "../base/shape.js";
import type { MergeNode } from "./merge.js";
import { mergeReference } from "./merge.reference.js";
import { onEachVariant, runMerge, sixteenths } from "./op-lab.testing.js";

onEachVariant("a merge", (engine) => {
  const cases = fc.record({
    op: fc.constantFrom("add" as const, "multiply" as const, "concatenate" as const),
    shape: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
    others: fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 2 }),
    axis: fc.nat(2),
    samples: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1_000_000),
  });

  it("has its twin's outputs and gradients over random shapes", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ op, shape, others, axis: drawn, samples, seed }) => {
        const axis = drawn % shape.length;
        const node: MergeNode = op === "concatenate" ? { op, owner: "merge", axis } : { op, owner: "merge" };
        const along = (length: number) => shape.map((size, index) => (index === axis ? length : size));
        const shapes = [shape, ...others.map((length) => (op === "concatenate" ? along(length) : shape))];
        const inputs = shapes.map((one, index) => sixteenths(samples * sizeOf(one), seed + index));
        const parts = op === "concatenate" ? inputs : [inputs[0]!];
        const dy = new Float32Array(parts.reduce((sum, x) => sum + x.length, 0));
        const { y } = await runMerge(engine(), { node, shapes, xs: inputs, dy, samples });
        const expected = Array.from({ length: samples }, (_, sample) =>
          mergeReference(
            node,
            shapes,
            inputs.map((x, index) => {
              const size = sizeOf(shapes[index]!);
              return x.subarray(sample * size, (sample + 1) * size);
            }),
          ),
        );
        // Sums and products of sixteenths are exact.
        expect([...y]).toEqual(expected.flatMap((one) => [...one]));
      }),
      { numRuns: 60 },
    );
  });
});
