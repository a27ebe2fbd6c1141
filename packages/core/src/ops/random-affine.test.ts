import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eachSample, mix, mixBackward } from "./mixing.testing.js";
import { closeOrZero, onEachVariant } from "./op-lab.testing.js";
import { fillModes, interpolations, type RandomMap } from "./random-affine.js";
import { affineReference, randomMapReference } from "./random-affine.reference.js";
import { passesThroughOutsideOfTraining, randomBatch, runOnImages } from "./random-op.testing.js";

const within = (low: number, high: number) => {
  const value = fc.integer({ min: 0, max: 997 }).map((part) => low + ((high - low) * part) / 997);
  return fc.tuple(value, value).map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
};

const maps: fc.Arbitrary<RandomMap> = fc.oneof(
  fc.record({ kind: fc.constant("translation" as const), height: within(-1, 1), width: within(-1, 1) }),
  fc.record({
    kind: fc.constant("zoom" as const),
    height: within(-0.95, 1),
    width: fc.option(within(-0.95, 1), { nil: undefined }),
  }),
  fc.record({ kind: fc.constant("rotation" as const), turns: within(-1, 1) }),
);

onEachVariant("randomAffine", (engine) => {
  it("has its twin's outputs and gradients in every mode", async () => {
    const cases = fc.record({
      ...randomBatch,
      map: maps,
      fillMode: fc.constantFrom(...fillModes),
      interpolation: fc.constantFrom(...interpolations),
      fillValue: fc.constantFrom(0, -0.5),
    });
    let moved = 0;
    await fc.assert(
      fc.asyncProperty(cases, async ({ shape, samples, shards, step, seed, ...options }) => {
        const node = { op: "randomAffine", owner: "affine", ...options } as const;
        const batch = { shape, samples, shards, step, seed };
        const { x, dy, y, dx } = await runOnImages(engine(), node, batch);
        const mixing = (sample: number) =>
          affineReference(
            randomMapReference(options.map, { seed, layer: options.layer, step, sample }, shape),
            options,
            shape,
          );
        const forward = (one: Float32Array, sample: number) =>
          mix(mixing(sample), shape[2], one, options.fillValue);
        const backward = (one: Float32Array, sample: number) => mixBackward(mixing(sample), shape, one);
        closeOrZero(y, eachSample(x, samples, forward));
        if (closeOrZero(dx, eachSample(dy, samples, backward)) && y.join() !== x.join()) moved++;
      }),
      { numRuns: 150, seed: 3 },
    );
    expect(moved).toBeGreaterThan(100);
  });

  passesThroughOutsideOfTraining(engine, {
    op: "randomAffine",
    owner: "affine",
    map: { kind: "rotation", turns: [0.5, 0.5] },
    fillMode: "constant",
    interpolation: "bilinear",
    fillValue: 0,
    layer: 0,
  });
});

describe("affineReference", () => {
  const row = (column: number, fillMode: (typeof fillModes)[number]) =>
    affineReference([1, 0, column, 0, 1, 0], { fillMode, interpolation: "nearest", fillValue: 0 }, [1, 4, 1])
      .map(([part]) => "abcd"[part!.pixel] ?? "k")
      .join("");

  it("fills beyond the edges as each mode says", () => {
    expect(row(-3, "constant")).toBe("kkka");
    expect(row(-3, "nearest")).toBe("aaaa");
    expect(row(-3, "reflect")).toBe("cbaa");
    expect(row(2, "reflect")).toBe("cddc");
    expect(row(-2, "wrap")).toBe("cdab");
    expect(row(3, "constant")).toBe("dkkk");
  });

  it("rotates counter-clockwise, and zooms out above 0", () => {
    const draw = { seed: 1, layer: 0, step: 0, sample: 0 };
    const options = { fillMode: "constant", interpolation: "nearest", fillValue: 0 } as const;
    const seen = (map: RandomMap, names: string, shape: [number, number, number]) =>
      affineReference(randomMapReference(map, draw, shape), options, shape)
        .map(([part]) => names[part!.pixel] ?? "k")
        .join("");
    expect(seen({ kind: "rotation", turns: [0.25, 0.25] }, "abcdefghi", [3, 3, 1])).toBe("cfibehadg");
    expect(seen({ kind: "zoom", height: [1, 1], width: undefined }, "abcdefghi", [3, 3, 1])).toBe(
      "kkkkekkkk",
    );
    const down: RandomMap = { kind: "translation", height: [0.5, 0.5], width: [-0.5, -0.5] };
    expect(seen(down, "abcd", [2, 2, 1])).toBe("kkbk");
  });
});

describe("randomMapReference", () => {
  it("draws uniformly from the whole range, independently for height and width", () => {
    const map: RandomMap = { kind: "translation", height: [-0.25, 0.5], width: [-0.1, 0.1] };
    const drawn = Array.from({ length: 2000 }, (_, sample) =>
      randomMapReference(map, { seed: 4, layer: 2, step: 6, sample }, [8, 10, 1]),
    );
    const down = drawn.map((one) => -one[5] / 8);
    const right = drawn.map((one) => -one[2] / 10);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.min(...down)).toBeGreaterThanOrEqual(-0.25);
    expect(Math.min(...down)).toBeLessThan(-0.245);
    expect(Math.max(...down)).toBeLessThan(0.5);
    expect(Math.max(...down)).toBeGreaterThan(0.495);
    // The standard errors of the means: 0.75 / √12 / √2000 = 0.0048, 0.2 / √12 / √2000 = 0.0013.
    expect(Math.abs(mean(down) - 0.125)).toBeLessThan(0.015);
    expect(Math.abs(mean(right))).toBeLessThan(0.004);
    const together = mean(down.map((value, i) => (value - 0.125) * right[i]!));
    // The standard error for independent draws: 0.2165 · 0.0577 / √2000 = 0.00028.
    expect(Math.abs(together)).toBeLessThan(0.0009);
  });
});
