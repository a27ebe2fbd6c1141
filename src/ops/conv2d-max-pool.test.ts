import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conv2dBackwardReference, conv2dGeometry, conv2dReference } from "./conv2d.js";
import { fusesWithMaxPool } from "./conv2d-max-pool.js";
import { dropoutReference } from "./dropout.js";
import { maxPoolReference, pool2dGeometry } from "./max-pool.js";
import { expectClose, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

const cases = fc.record({
  // Output rows and columns before pooling: odd ones lose their last.
  P: fc.integer({ min: 2, max: 9 }),
  Q: fc.integer({ min: 2, max: 9 }),
  C: fc.constantFrom(1, 3, 5),
  K: fc.constantFrom(1, 3, 8, 10, 17),
  R: fc.integer({ min: 1, max: 4 }),
  S: fc.integer({ min: 1, max: 4 }),
  padding: fc.constantFrom("valid" as const, "same" as const),
  // Rates whose scale 1 / (1 − rate) is exact.
  rate: fc.constantFrom(undefined, 0.5, 0.75),
  bias: fc.boolean(),
  samples: fc.integer({ min: 1, max: 5 }),
  left: fc.integer({ min: 0, max: 3 }),
  shards: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1_000_000),
});

onEachVariant("conv2dMaxPool", (engine) => {
  it("gives what convolution, ReLU, pooling and dropout give one behind the other, over random shapes", async () => {
    let passedAny = 0;
    await fc.assert(
      fc.asyncProperty(
        cases,
        async ({ P, Q, C, K, R, S, padding, rate, bias: hasBias, samples, left, shards, seed }) => {
          const shape = padding === "valid" ? [P + R - 1, Q + S - 1, C] : [P, Q, C];
          const options = { who: "test", filters: K, kernelSize: [R, S], padding } as const;
          const geometry = conv2dGeometry(shape, { ...options, strides: [1, 1], dilationRate: [1, 1] });
          const pool = pool2dGeometry([P, Q, K], {
            who: "test",
            poolSize: [2, 2],
            strides: [2, 2],
            padding: "valid",
          });
          const kernel = weightOf("kernel", [R, S, C, K], seed + 1);
          const bias = hasBias ? weightOf("bias", [K], seed + 2) : undefined;
          const x = sixteenths(samples * shape.reduce((a, b) => a * b), seed + 3);
          const units = pool.P * pool.Q * K;
          const dy = sixteenths(samples * units, seed + 4);
          const step = seed % 1000;
          const layer = 3;
          const dropout = rate === undefined ? undefined : { rate, layer };
          const node = { op: "conv2dMaxPool", owner: "conv+pool", geometry, kernel, bias, dropout } as const;
          const batchSize = samples + left;
          const actual = await runChain(engine(), {
            ...{ nodes: [node], shape, x, dy, samples, batchSize, shards, step, seed },
          });

          const convolved = conv2dReference(geometry, samples, x, kernel.values, bias?.values);
          const pooled = maxPoolReference(
            pool,
            samples,
            convolved.map((value) => Math.max(0, value)),
          );
          const factor = Float64Array.from({ length: samples * units }, (_, i) => {
            if (rate === undefined) return 1;
            const sample = Math.floor(i / units);
            const kept = dropoutReference({ rate, seed, layer, step, sample, count: units });
            return kept[i % units] ? 1 / (1 - rate) : 0;
          });
          const dConvolved = new Float64Array(convolved.length);
          pooled.from.forEach((from, i) => {
            if (pooled.y[i]! > 0) dConvolved[from]! += dy[i]! * factor[i]!;
          });
          const expected = {
            y: pooled.y.map((value, i) => value * factor[i]!),
            ...conv2dBackwardReference(geometry, samples, x, kernel.values, dConvolved),
          };
          const passes = dConvolved.some((value) => value !== 0);
          passedAny += Number(passes);
          // A small case may drop every unit: then zeros are right.
          const close = passes ? expectCloseOrZero : expectZero;
          close(actual.y, expected.y);
          close(actual.dx, expected.dx);
          close(actual.gradient(kernel), expected.dw);
          if (bias) close(actual.gradient(bias), expected.db);
        },
      ),
      { numRuns: 60 },
    );
    expect(passedAny).toBeGreaterThan(30);
  });

  // Ten channels: eight in one vector, two lane by lane.
  it("lets a NaN win wherever it stands in the window", async () => {
    const options = {
      who: "test",
      filters: 10,
      kernelSize: [1, 1],
      strides: [1, 1],
      dilationRate: [1, 1],
    } as const;
    const geometry = conv2dGeometry([2, 2, 1], { ...options, padding: "valid" });
    const kernel = { ...weightOf("kernel", [1, 1, 1, 10], 1), values: new Float32Array(10).fill(1) };
    const nodes = [
      { op: "conv2dMaxPool", owner: "c", geometry, kernel, bias: undefined, dropout: undefined },
    ] as const;
    for (let at = 0; at < 4; at++) {
      const x = new Float32Array([1, 2, 3, 4]);
      x[at] = Number.NaN;
      const { y } = await runChain(engine(), {
        nodes,
        shape: [2, 2, 1],
        x,
        dy: new Float32Array(10),
        samples: 1,
      });
      expect([...y]).toEqual(new Array(10).fill(Number.NaN));
    }
  });

  it("gives the study's second layer", async () => {
    const geometry = conv2dGeometry([26, 26, 16], {
      ...{
        who: "test",
        filters: 32,
        kernelSize: [3, 3],
        strides: [1, 1],
        dilationRate: [1, 1],
        padding: "valid",
      },
    });
    const pool = pool2dGeometry([24, 24, 32], {
      who: "test",
      poolSize: [2, 2],
      strides: [2, 2],
      padding: "valid",
    });
    const kernel = weightOf("kernel", [3, 3, 16, 32], 1);
    const bias = weightOf("bias", [32], 2);
    const x = sixteenths(26 * 26 * 16, 3);
    const node = { op: "conv2dMaxPool", owner: "conv", geometry, kernel, bias, dropout: undefined } as const;
    const dy = sixteenths(12 * 12 * 32, 4);
    const { y } = await runChain(engine(), { nodes: [node], shape: [26, 26, 16], x, dy, samples: 1 });
    const convolved = conv2dReference(geometry, 1, x, kernel.values, bias.values);
    expectClose(
      y,
      maxPoolReference(pool, 1, convolved).y.map((value) => Math.max(0, value)),
      0,
    );
  });
});

function expectCloseOrZero(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  if (Array.from(expected).some((value) => value !== 0)) expectClose(actual, expected);
  else expectZero(actual);
}

function expectZero(actual: ArrayLike<number>): void {
  expect(Array.from(actual).every((value) => value === 0)).toBe(true);
}

describe("fusesWithMaxPool", () => {
  const base = {
    who: "test",
    filters: 4,
    kernelSize: [3, 3],
    strides: [1, 1],
    dilationRate: [1, 1],
  } as const;
  const valid = { ...base, padding: "valid" } as const;
  it("asks for stride 1, no dilation and room for one window", () => {
    expect(fusesWithMaxPool(conv2dGeometry([4, 4, 1], valid))).toBe(true);
    expect(fusesWithMaxPool(conv2dGeometry([3, 4, 1], valid))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([4, 3, 1], valid))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([9, 9, 1], { ...valid, strides: [1, 2] }))).toBe(false);
    expect(fusesWithMaxPool(conv2dGeometry([9, 9, 1], { ...valid, dilationRate: [2, 1] }))).toBe(false);
  });
});
