import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  batchNormalizationBackwardReference,
  batchNormalizationReference,
  momentsReference,
} from "./batch-normalization.reference.js";
import { expectGradient } from "./finite-differences.testing.js";
import type { OpNode } from "./node.js";
import { expectClose, onEachVariant, runChain, sixteenths, weightOf, weightWith } from "./op-lab.testing.js";

/** Random values away from zero, so that rounding does not decide a ReLU. */
function values(count: number, seed: number): Float32Array<ArrayBuffer> {
  return sixteenths(count, seed).map((value) => value + 1 / 32);
}

/** Equal within 1e-5 of the largest value, or of 1 if all are smaller: terms near 1 cancel, but not their rounding. */
function close(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  const size = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    // Written so that NaN fails.
    if (Math.abs(actual[i]! - expected[i]!) <= 1e-5 * size) continue;
    expect.fail(`element ${i}: expected ${expected[i]}, received ${actual[i]}`);
  }
}

onEachVariant("batchNormalization", (engine) => {
  const run = async (options: {
    rows: number;
    C: number;
    samples: number;
    left: number;
    shards: number;
    relu: boolean;
    frozen: boolean;
    training: boolean;
    affine: readonly [gamma: boolean, beta: boolean];
    seed: number;
  }) => {
    const { rows, C, samples, left, shards, relu, frozen, training, affine, seed } = options;
    const weight = (name: string, number: number) => weightOf(name, [C], seed + number);
    const gamma = affine[0] ? weight("gamma", 1) : undefined;
    const beta = affine[1] ? weight("beta", 2) : undefined;
    const movingMean = weight("moving mean", 3);
    const movingVariance = weight("moving variance", 4);
    movingVariance.assign(movingVariance.read().map((value) => value * value + 0.5));
    const settings = { momentum: 0.75, epsilon: 0.125, relu, frozen };
    const node: OpNode = {
      op: "batchNormalization",
      owner: "norm",
      ...settings,
      gamma,
      beta,
      movingMean,
      movingVariance,
    };
    const x = values(samples * rows * C, seed + 5);
    const dy = values(samples * rows * C, seed + 6);
    const actual = await runChain(engine(), {
      nodes: [node],
      shape: [rows, C],
      x,
      dy,
      samples,
      batchSize: samples + left,
      shards,
      training,
    });

    const ofBatch = training && !frozen;
    const moments = momentsReference(C, x);
    const moving = { mean: movingMean.values, variance: movingVariance.values };
    const twin = { ...settings, frozen: !ofBatch, gamma: gamma?.values, beta: beta?.values };
    const statistics = ofBatch ? moments : moving;
    const y = batchNormalizationReference({ ...twin, relu: false }, statistics, x);
    // Rounding decides ReLU's gradient at an output this near zero.
    if (relu && y.some((value) => Math.abs(value) < 1e-5)) return;
    const reference = batchNormalizationBackwardReference(twin, statistics, x, dy);
    const mixed = (before: Float32Array, now: Float64Array) =>
      ofBatch ? Float64Array.from(before, (value, c) => 0.75 * value + 0.25 * now[c]!) : before;
    close(actual.after(movingMean), mixed(movingMean.values, moments.mean));
    close(actual.after(movingVariance), mixed(movingVariance.values, moments.variance));
    close(actual.y, batchNormalizationReference(twin, statistics, x));
    close(actual.dx, reference.dx);
    if (gamma) close(actual.gradient(gamma), reference.dgamma);
    if (beta) close(actual.gradient(beta), reference.dbeta);
  };

  it("has its twin's outputs, gradients and moving statistics over random shapes", async () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const cases = fc.record({
      rows: fc.oneof(size(9), fc.constantFrom(63, 65, 130)),
      C: fc.oneof(size(13), fc.constantFrom(64, 67, 129)),
      samples: size(6),
      left: fc.integer({ min: 0, max: 7 }),
      shards: size(5),
      relu: fc.boolean(),
      frozen: fc.boolean(),
      training: fc.boolean(),
      affine: fc.tuple(fc.boolean(), fc.boolean()),
      seed: fc.nat(1_000_000),
    });
    await fc.assert(fc.asyncProperty(cases, run), { numRuns: 60 });
  });

  it("computes an accurate variance even far from zero", async () => {
    const [C, samples, rows] = [5, 4, 50];
    const x = values(samples * rows * C, 1).map((value) => value + 4096);
    const zeros = weightWith("moving mean", [C], new Float32Array(C));
    const variance = weightWith("moving variance", [C], new Float32Array(C));
    const result = await runChain(engine(), {
      nodes: [
        {
          op: "batchNormalization",
          owner: "norm",
          momentum: 0,
          epsilon: 1e-3,
          relu: false,
          frozen: false,
          gamma: undefined,
          beta: undefined,
          movingMean: zeros,
          movingVariance: variance,
        },
      ],
      shape: [rows, C],
      x,
      dy: x,
      samples,
      shards: 3,
    });
    const moments = momentsReference(C, x);
    expectClose(result.after(zeros), moments.mean, 1e-7);
    expectClose(result.after(variance), moments.variance, 1e-6);
  });
});

describe("batchNormalizationReference", () => {
  const options = {
    epsilon: 0.01,
    gamma: Float64Array.of(1.5, -0.5, 0.25),
    beta: Float64Array.of(0.1, 0, -0.2),
  };
  const x = Float64Array.from(values(8 * 3, 7));
  const dy = Float64Array.from(values(8 * 3, 8));

  it.each([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ])("has the gradients of finite differences, relu %s, frozen %s", (relu, frozen) => {
    const twin = { ...options, relu, frozen };
    const fixed = momentsReference(3, Float64Array.from(values(24, 9)));
    const statistics = () => (frozen ? fixed : momentsReference(3, x));
    const f = () => batchNormalizationReference(twin, statistics(), x);
    const { dx, dgamma, dbeta } = batchNormalizationBackwardReference(twin, statistics(), x, dy);
    expectGradient(dx, x, dy, f);
    expectGradient(dgamma, options.gamma, dy, f);
    expectGradient(dbeta, options.beta, dy, f);
  });
});
