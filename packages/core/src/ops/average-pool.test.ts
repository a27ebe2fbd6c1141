import fc from "fast-check";
import { expect, it } from "vitest";
import { averagePoolBackwardReference, averagePoolReference } from "./average-pool.reference.js";
import { pool2dGeometry } from "./max-pool.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";

onEachVariant("averagePool", (engine) => {
  const run = async (options: {
    shape: readonly [number, number, number];
    poolSize: readonly [number, number];
    strides: readonly [number, number];
    padding: "valid" | "same";
    samples: number;
    left: number;
    shards: number;
    seed: number;
  }) => {
    const { shape, poolSize, strides, padding, samples, left, shards, seed } = options;
    const geometry = pool2dGeometry(shape, { who: "test", poolSize, strides, padding });
    const x = sixteenths(samples * shape[0] * shape[1] * shape[2], seed).map((value) => value + 1 / 32);
    const dy = sixteenths(samples * geometry.P * geometry.Q * geometry.C, seed + 1).map((v) => v + 1 / 32);
    const actual = await runChain(engine(), {
      nodes: [{ op: "averagePool", owner: "pool", geometry }],
      shape,
      x,
      dy,
      samples,
      batchSize: samples + left,
      shards,
    });
    // Sums are exact; only the share and its product are rounded.
    expectClose(actual.y, averagePoolReference(geometry, samples, x), 1e-6);
    expectClose(actual.dx, averagePoolBackwardReference(geometry, samples, dy), 1e-6);
    return actual;
  };

  it("has its twin's outputs and gradients over random shapes", async () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const cases = fc.record({
      poolSize: fc.tuple(size(4), size(4)),
      strides: fc.tuple(size(4), size(4)),
      extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
      C: fc.constantFrom(1, 3, 4, 5, 8, 11),
      padding: fc.constantFrom("valid" as const, "same" as const),
      samples: size(5),
      left: fc.integer({ min: 0, max: 3 }),
      shards: size(4),
      seed: fc.nat(1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ extra, C, ...rest }) => {
        const [poolH, poolW] = rest.poolSize;
        await run({ shape: [poolH + extra[0], poolW + extra[1], C], ...rest });
      }),
      { numRuns: 60 },
    );
  });

  it("averages a whole large image, as global pooling does", async () => {
    const window = { poolSize: [33, 29], strides: [33, 29], padding: "valid" } as const;
    await run({ shape: [33, 29, 7], ...window, samples: 3, left: 0, shards: 2, seed: 1 });
  });

  it("excludes padding from the mean", async () => {
    const geometry = pool2dGeometry([3, 3, 1], {
      who: "test",
      poolSize: [2, 2],
      strides: [2, 2],
      padding: "same",
    });
    const nodes = [{ op: "averagePool", owner: "pool", geometry } as const];
    const x = Float32Array.of(1, 3, 5, 5, 7, 9, 2, 4, 6);
    const dy = Float32Array.of(4, 2, 2, 1);
    const { y, dx } = await runChain(engine(), { nodes, shape: [3, 3, 1], x, dy, samples: 1 });
    expect([...y]).toEqual([4, 7, 3, 6]);
    expect([...dx]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1]);
  });
});
