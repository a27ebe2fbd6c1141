import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pool2dGeometry } from "./max-pool.js";
import { maxPoolReference } from "./max-pool.reference.js";
import { expectClose, onEachVariant, runChain, sixteenths } from "./op-lab.testing.js";

onEachVariant("maxPool", (engine) => {
  it("has its twin's outputs, and passes each gradient to the first of the largest, over random shapes", async () => {
    const cases = fc.record({
      pool: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      strides: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })),
      extra: fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 6 })),
      C: fc.constantFrom(1, 3, 5, 8),
      padding: fc.constantFrom("valid" as const, "same" as const),
      samples: fc.integer({ min: 1, max: 5 }),
      left: fc.integer({ min: 0, max: 3 }),
      shards: fc.integer({ min: 1, max: 4 }),
      seed: fc.nat(1_000_000),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ pool, strides, extra, C, padding, samples, left, shards, seed }) => {
        const shape = [pool[0] + extra[0], pool[1] + extra[1], C];
        const geometry = pool2dGeometry(shape, { who: "test", poolSize: pool, strides, padding });
        // Many windows hold equal sixteenths; all are negative, so padding with 0 would win if it could.
        const x = sixteenths(samples * shape[0]! * shape[1]! * C, seed).map((value) => value - 3);
        const dy = sixteenths(samples * geometry.P * geometry.Q * C, seed + 1).map((value) => value + 1 / 32);
        const actual = await runChain(engine(), {
          nodes: [{ op: "maxPool", owner: "pool", geometry }],
          shape,
          x,
          dy,
          samples,
          batchSize: samples + left,
          shards,
        });
        const { y, from } = maxPoolReference(geometry, samples, x);
        const dx = new Float64Array(x.length);
        from.forEach((at, i) => {
          dx[at]! += dy[i]!;
        });
        expectClose(actual.y, y, 0);
        expectClose(actual.dx, dx);
      }),
      { numRuns: 60 },
    );
  });

  it("lets a NaN win, so that it reaches the loss", async () => {
    const geometry = pool2dGeometry([2, 2, 1], {
      who: "test",
      poolSize: [2, 2],
      strides: [2, 2],
      padding: "valid",
    });
    const x = new Float32Array([1, Number.NaN, 3, 2]);
    const nodes = [{ op: "maxPool", owner: "pool", geometry } as const];
    const { y } = await runChain(engine(), {
      nodes,
      shape: [2, 2, 1],
      x,
      dy: new Float32Array([1]),
      samples: 1,
    });
    expect(y).toEqual(new Float32Array([Number.NaN]));
  });
});

describe("pool2dGeometry", () => {
  it("drops a partial window, or keeps it with same padding", () => {
    const options = { who: "test", poolSize: [2, 3], strides: [2, 3] } as const;
    expect(pool2dGeometry([5, 7, 4], { ...options, padding: "valid" })).toMatchObject({ P: 2, Q: 2, C: 4 });
    expect(pool2dGeometry([5, 7, 4], { ...options, padding: "same" })).toMatchObject({
      P: 3,
      Q: 3,
      top: 0,
      left: 1,
    });
  });

  it("names the layer if the window does not fit or the input is flat", () => {
    const options = { who: "MaxPooling2D", poolSize: [3, 3], strides: [3, 3], padding: "valid" } as const;
    expect(() => pool2dGeometry([2, 5, 1], options)).toThrow(
      'MaxPooling2D: expected an input of height at least 3, received height 2. Use padding "same", a smaller window, or a larger input.',
    );
    expect(() => pool2dGeometry([10], options)).toThrow(
      "MaxPooling2D: expected an input [batch, height, width, channels], received [batch, 10]. Pass images that are not flattened.",
    );
  });
});
