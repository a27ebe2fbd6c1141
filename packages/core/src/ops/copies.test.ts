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

  it("reshape moves nothing", async () => {
    const from = Int32Array.from({ length: 2 * 30 }, (_, i) => i);
    const options = { shape: [2, 3, 5], samples: 2, left: 0, shards: 2, seed: 1 };
    await expectMoves(engine(), { op: "reshape", owner: "reshape", shape: [6, 5] }, from, options);
  });
});
