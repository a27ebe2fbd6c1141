// Ops that only move values: each element of y is one of x, or zero, and gradients go back the same way.
import fc from "fast-check";
import { it } from "vitest";
import { sizeOf } from "../base/shape.js";
import type { Engine } from "../engine/engine.js";
import type { OpNode } from "./node.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";
import { upSamplingReference } from "./up-sampling.reference.js";
import { zeroPaddingReference } from "./zero-padding.reference.js";

const few = fc.integer({ min: 1, max: 4 });
const some = fc.integer({ min: 0, max: 3 });
const common = {
  shape: fc.tuple(few, few, fc.constantFrom(1, 3, 4, 5, 9)),
  samples: few,
  left: some,
  shards: few,
  seed: fc.nat(1_000_000),
};

/** Runs a node, and checks that element i of y is element `from[i]` of x; −1 means zero. */
async function expectMoves(
  engine: Engine,
  node: OpNode,
  from: Int32Array,
  options: { shape: readonly number[]; samples: number; left: number; shards: number; seed: number },
): Promise<void> {
  const { samples, left, shape, shards, seed } = options;
  // No value is zero, so every zero is padding.
  const x = sixteenths(samples * sizeOf(shape), seed).map((value) => value + 1 / 32);
  const dy = sixteenths(from.length, seed + 1).map((value) => value + 1 / 32);
  const run = { nodes: [node], shape, x, dy, samples, batchSize: samples + left, shards };
  const actual = await runChain(engine, run);
  const dx = new Float64Array(x.length);
  from.forEach((source, i) => {
    if (source >= 0) dx[source]! += dy[i]!;
  });
  const y = Float32Array.from(from, (source) => (source < 0 ? 0 : x[source]!));
  expectClose(actual.y, y, 0);
  expectClose(actual.dx, dx, 0);
}

onEachVariant("ops that move values", (engine) => {
  it("upSampling repeats pixels, and sums the gradients of the copies", async () => {
    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, size: fc.tuple(few, few) }), async ({ size, ...rest }) => {
        const from = upSamplingReference(rest.shape, { size }, rest.samples);
        await expectMoves(engine(), { op: "upSampling", owner: "up", size }, from, rest);
      }),
      { numRuns: 40 },
    );
  });

  it("zeroPadding surrounds images with zeros, and drops their gradients", async () => {
    const sides = fc.tuple(fc.tuple(some, some), fc.tuple(some, some));
    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, padding: sides }), async ({ padding, ...rest }) => {
        const from = zeroPaddingReference(rest.shape, { padding }, rest.samples);
        await expectMoves(engine(), { op: "zeroPadding", owner: "padding", padding }, from, rest);
      }),
      { numRuns: 40 },
    );
  });

  it("cropping keeps the middle of images, whose edges get no gradient", async () => {
    const sides = fc.tuple(fc.tuple(some, some), fc.tuple(some, some));
    const cases = fc.record({ ...common, cropping: sides });
    await fc.assert(
      fc.asyncProperty(cases, async ({ cropping, shape: [H, W, C], samples, ...rest }) => {
        const [[top, bottom], [left, right]] = cropping;
        const shape = [top + H + bottom, left + W + right, C];
        const from = Int32Array.from({ length: samples * H * W * C }, (_, i) => {
          const [n, h, w] = [Math.floor(i / (H * W * C)), Math.floor(i / (W * C)) % H, Math.floor(i / C) % W];
          return ((n * shape[0]! + top + h) * shape[1]! + left + w) * C + (i % C);
        });
        const node = { op: "cropping", owner: "cropping", cropping } as const;
        await expectMoves(engine(), node, from, { ...rest, shape, samples });
      }),
      { numRuns: 30 },
    );
  });

  it("permute puts axes in another order, and back", async () => {
    const axes = fc.constantFrom(
      [0],
      [1, 0],
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
      [1, 0, 2],
      [0, 2, 1],
    );
    await fc.assert(
      fc.asyncProperty(fc.record({ ...common, axes }), async ({ axes, ...rest }) => {
        const shape = rest.shape.slice(0, axes.length);
        const size = sizeOf(shape);
        const from = Int32Array.from({ length: rest.samples * size }, (_, i) => {
          const places = new Array<number>(axes.length);
          let left = i % size;
          for (const axis of axes.toReversed()) {
            places[axis] = left % shape[axis]!;
            left = Math.floor(left / shape[axis]!);
          }
          return (
            shape.reduce((at, length, axis) => at * length + places[axis]!, 0) + size * Math.floor(i / size)
          );
        });
        const node = { op: "permute", owner: "permute", axes } as const;
        await expectMoves(engine(), node, from, { ...rest, shape });
      }),
      { numRuns: 30 },
    );
  });

  it("reshape moves nothing", async () => {
    const from = Int32Array.from({ length: 2 * 30 }, (_, i) => i);
    const options = { shape: [2, 3, 5], samples: 2, left: 0, shards: 2, seed: 1 };
    await expectMoves(engine(), { op: "reshape", owner: "reshape", shape: [6, 5] }, from, options);
  });
});
