import fc from "fast-check";
import { it } from "vitest";
import { type Shape, sizeOf } from "../base/shape.js";
import { broadcastShape } from "./broadcast.js";
import { type ElementwiseMerge, elementwiseMerges } from "./elementwise-merge.js";
import { elementwiseReference } from "./elementwise-merge.reference.js";
import { closeOrZero, onEachVariant, runMerge, sixteenths } from "./op-lab.testing.js";

/** For each element of an output, the element of an input that it is computed from. */
function sources(output: Shape, input: Shape): number[] {
  const missing = output.length - input.length;
  return Array.from({ length: sizeOf(output) }, (_, element) => {
    let [at, step, rest] = [0, 1, element];
    for (let axis = output.length - 1; axis >= 0; axis--) {
      const place = rest % output[axis]!;
      rest = Math.floor(rest / output[axis]!);
      const own = axis < missing ? 1 : input[axis - missing]!;
      if (own > 1) at += place * step;
      step *= own;
    }
    return at;
  });
}

/** Output and gradients of all samples. */
function twin(op: ElementwiseMerge, shapes: readonly Shape[], xs: readonly Float32Array[], dy: Float32Array) {
  const output = broadcastShape(shapes)!;
  const count = sizeOf(output);
  const from = shapes.map((shape) => sources(output, shape));
  const dxs = xs.map((x) => new Float64Array(x.length));
  const y = Array.from(dy, (gradient, index) => {
    const places = shapes.map(
      (shape, i) => Math.floor(index / count) * sizeOf(shape) + from[i]![index % count]!,
    );
    const { y, slopes } = elementwiseReference(
      op,
      places.map((place, i) => xs[i]![place]!),
    );
    places.forEach((place, i) => {
      dxs[i]![place]! += gradient * slopes[i]!;
    });
    return y;
  });
  return { y, dxs };
}

onEachVariant("an elementwise merge", (engine) => {
  const size = fc.constantFrom(1, 2, 3, 5, 9);
  const cases = fc.record({
    op: fc.constantFrom(...elementwiseMerges),
    whole: fc.tuple(size, size, size),
    inputs: fc.array(
      fc.record({
        axes: fc.integer({ min: 1, max: 3 }),
        kept: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      }),
      { minLength: 2, maxLength: 3 },
    ),
    samples: fc.integer({ min: 1, max: 5 }),
    seed: fc.nat(1_000_000),
  });

  it("has its twin's outputs and gradients, however its inputs are broadcast", async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ op, whole, inputs, samples, seed }) => {
        const shapes = inputs.map(({ axes, kept }) =>
          whole.map((size, axis) => (kept[axis] ? size : 1)).slice(whole.length - axes),
        );
        const output = broadcastShape(shapes)!;
        const xs = shapes.map((shape, index) => sixteenths(samples * sizeOf(shape), seed + index));
        const dy = sixteenths(samples * sizeOf(output), seed + 9).map((value) => value + 1 / 32);
        const node = { op, owner: "merge" } as const;
        const { y, dxs } = await runMerge(engine(), { node, shapes, xs, dy, samples });
        const expected = twin(op, shapes, xs, dy);
        closeOrZero(y, expected.y);
        expected.dxs.forEach((dx, index) => {
          closeOrZero(dxs[index]!, dx);
        });
      }),
      { numRuns: 80 },
    );
  });
});
