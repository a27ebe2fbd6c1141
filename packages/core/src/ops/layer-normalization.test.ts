import fc from "fast-check";
import { expect, it } from "vitest";
import { expectGradient } from "./finite-differences.testing.js";
import {
  layerNormalizationBackwardReference,
  layerNormalizationReference,
} from "./layer-normalization.reference.js";
import { closeOrZero, onEachVariant, runChain, sixteenths, weightOf } from "./op-lab.testing.js";

onEachVariant("layerNormalization", (engine) => {
  it("has its twin's outputs and gradients over random shapes", async () => {
    const size = (max: number) => fc.integer({ min: 1, max });
    const cases = fc.record({
      rows: size(9),
      // One value normalizes to β; for two that are close, epsilon decides.
      length: fc.oneof(fc.integer({ min: 3, max: 19 }), fc.constantFrom(64, 201)),
      samples: size(5),
      left: fc.integer({ min: 0, max: 5 }),
      shards: size(4),
      affine: fc.tuple(fc.boolean(), fc.boolean()),
      seed: fc.nat(1_000_000),
    });
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, length, samples, left, shards, affine, seed }) => {
        const gamma = affine[0] ? weightOf("gamma", [length], seed + 1) : undefined;
        const beta = affine[1] ? weightOf("beta", [length], seed + 2) : undefined;
        const x = sixteenths(samples * rows * length, seed + 3).map((value) => value + 3);
        const dy = sixteenths(samples * rows * length, seed + 4);
        const settings = { length, epsilon: 0.125 };
        const actual = await runChain(engine(), {
          nodes: [{ op: "layerNormalization", owner: "norm", ...settings, gamma, beta }],
          shape: [rows, length],
          x,
          dy,
          samples,
          batchSize: samples + left,
          shards,
        });
        const twin = { ...settings, gamma: gamma?.values, beta: beta?.values };
        const { dx, dgamma, dbeta } = layerNormalizationBackwardReference(twin, x, dy);
        closeOrZero(actual.y, layerNormalizationReference(twin, x));
        closeOrZero(actual.dx, dx);
        if (gamma) closeOrZero(actual.gradient(gamma), dgamma);
        if (beta) closeOrZero(actual.gradient(beta), dbeta);
        compared++;
      }),
      { numRuns: 40 },
    );
    expect(compared).toBeGreaterThanOrEqual(40);
  });
});

it("the twin of layer normalization has the gradients of finite differences", () => {
  const values = (count: number, seed: number) => Float64Array.from(sixteenths(count, seed));
  const [x, dy, gamma, beta] = [values(20, 1), values(20, 2), values(5, 3), values(5, 4)];
  const twin = { length: 5, epsilon: 0.01, gamma, beta };
  const f = () => layerNormalizationReference(twin, x);
  const { dx, dgamma, dbeta } = layerNormalizationBackwardReference(twin, x, dy);
  expectGradient(dx, x, dy, f);
  expectGradient(dgamma, gamma, dy, f);
  expectGradient(dbeta, beta, dy, f);
});
