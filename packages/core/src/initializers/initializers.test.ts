import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import {
  ConstantInitializer,
  GlorotNormal,
  GlorotUniform,
  HeNormal,
  HeUniform,
  Identity,
  initializers,
  LecunNormal,
  LecunUniform,
  Ones,
  Orthogonal,
  RandomNormal,
  RandomUniform,
  TruncatedNormal,
  VarianceScaling,
  Zeros,
} from "./index.js";
import { fans } from "./initializer.js";

describe("fans", () => {
  it("are a unit's inputs and outputs, counted as Keras does", () => {
    expect(fans([3, 5, 16, 32])).toEqual({ fanIn: 240, fanOut: 480 });
    expect(fans([40, 10])).toEqual({ fanIn: 40, fanOut: 10 });
    expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  });
});

describe.each([
  ["GlorotUniform", new GlorotUniform(), Math.sqrt(6 / (3 * 3 * 16 + 3 * 3 * 32))],
  ["HeUniform", new HeUniform(), Math.sqrt(6 / (3 * 3 * 16))],
] as const)("%s", (_, initializer, limit) => {
  it("draws uniformly within its limit, and the same for the same stream", () => {
    const shape = [3, 3, 16, 32];
    const values = initializer.initialize(shape, new Random(1, "initializer", 0));
    expect(values.length).toBe(3 * 3 * 16 * 32);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
    expect(values.every((value) => Math.abs(value) <= limit)).toBe(true);
    expect(Math.max(...values)).toBeGreaterThan(0.99 * limit);
    expect(Math.abs(mean)).toBeLessThan(0.05 * limit);
    expect(variance / ((limit * limit) / 3)).toBeCloseTo(1, 1);
    expect(initializer.initialize(shape, new Random(1, "initializer", 0))).toEqual(values);
    expect(initializer.initialize(shape, new Random(1, "initializer", 1))).not.toEqual(values);
  });
});

it("Zeros fills with zeros", () => {
  expect(new Zeros().initialize([2, 3])).toEqual(new Float32Array(6));
});

it("initializers are found by Keras's names, in either spelling", () => {
  expect(initializers.create("test", "glorot_uniform")).toBeInstanceOf(GlorotUniform);
  expect(initializers.create("test", "heUniform")).toBeInstanceOf(HeUniform);
  expect(initializers.create("test", "ones")).toBeInstanceOf(Ones);
  expect(() => initializers.create("Dense", "one")).toThrow(
    'Dense: expected initializer to be one of Zeros, Ones, Constant, RandomUniform, RandomNormal, TruncatedNormal, VarianceScaling, GlorotUniform, GlorotNormal, HeUniform, HeNormal, LecunUniform, LecunNormal, Orthogonal, Identity, received "one". Did you mean Ones?',
  );
});

it.each([
  new Zeros(),
  new Ones(),
  new ConstantInitializer(0.5),
  new RandomUniform({ minval: -1, maxval: 2 }),
  new RandomNormal({ mean: 1, stddev: 2 }),
  new TruncatedNormal({ mean: 1, stddev: 2 }),
  new VarianceScaling({ scale: 3, mode: "fan_out", distribution: "uniform" }),
  new GlorotUniform(),
  new GlorotNormal(),
  new HeUniform(),
  new HeNormal(),
  new LecunUniform(),
  new LecunNormal(),
  new Orthogonal(2),
  new Identity(3),
])("%o is read back from its configuration, and draws the same", (initializer) => {
  const saved = { class_name: initializer.className, config: initializer.getConfig() };
  const again = initializers.deserialize("test", saved);
  expect(again).toEqual(initializer);
  expect(again).not.toBe(initializer);
  const shape = [5, 7];
  const values = initializer.initialize(shape, new Random(1, "initializer", 2));
  expect(values.length).toBe(35);
  expect(again.initialize(shape, new Random(1, "initializer", 2))).toEqual(values);
});

it("normal numbers have the moments and tails of the normal distribution", () => {
  const values = new RandomNormal({ stddev: 1 }).initialize([200, 500], new Random(1, "initializer"));
  const mean = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
  // The standard errors with 100,000 draws: 0.003, 0.004, 0.012, 0.03.
  expect(Math.abs(mean(1))).toBeLessThan(0.015);
  expect(Math.abs(mean(2) - 1)).toBeLessThan(0.02);
  expect(Math.abs(mean(3))).toBeLessThan(0.06);
  expect(Math.abs(mean(4) - 3)).toBeLessThan(0.15);
  const beyond = values.filter((value) => Math.abs(value) > 2).length / values.length;
  expect(Math.abs(beyond - 0.0455)).toBeLessThan(0.004);
  const truncated = new TruncatedNormal({ stddev: 1 }).initialize([200, 500], new Random(1, "initializer"));
  expect(truncated.every((value) => Math.abs(value) <= 2)).toBe(true);
});

it.each([
  [7, 4],
  [4, 7],
  [3, 3, 2, 5],
  [6, 6],
])("Orthogonal draws orthonormal vectors times its gain: %i, %i, …", (...shape) => {
  const values = new Orthogonal(2).initialize(shape, new Random(4, "initializer"));
  const columns = shape.at(-1)!;
  const rows = values.length / columns;
  const tall = rows >= columns;
  const [count, length] = tall ? [columns, rows] : [rows, columns];
  const entry = (vector: number, i: number) =>
    tall ? values[i * columns + vector]! : values[vector * columns + i]!;
  for (let one = 0; one < count; one++) {
    for (let other = 0; other < count; other++) {
      let sum = 0;
      for (let i = 0; i < length; i++) sum += entry(one, i) * entry(other, i);
      expect(sum).toBeCloseTo(one === other ? 4 : 0, 5);
    }
  }
});

it("Identity has its gain on the diagonal", () => {
  expect([...new Identity(2).initialize([2, 3])]).toEqual([2, 0, 0, 0, 2, 0]);
});

it("initializers refuse weights that they cannot fill", () => {
  expect(() => new Identity().initialize([3])).toThrow(
    "Identity: expected a weight of two dimensions, received [3]. Choose another initializer.",
  );
  expect(() => new Orthogonal().initialize([3], new Random(1, "initializer"))).toThrow(
    "Orthogonal: expected a weight of at least two dimensions, received [3]. Choose another initializer.",
  );
  expect(() => new VarianceScaling({ scale: 0 })).toThrow(
    "VarianceScaling: expected scale to be a number above 0, received 0. Correct scale.",
  );
  expect(() => initializers.create("test", "VarianceScaling", { mode: "fan" })).toThrow(
    'VarianceScaling: expected mode to be "fan_in", "fan_out" or "fan_avg", received "fan".',
  );
  expect(() => initializers.create("test", "he_normal", { input_axes: [0] })).toThrow(
    "HeNormal: expected input_axes to be null, received [0].",
  );
});
