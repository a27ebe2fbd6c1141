import { describe, expect, it } from "vitest";
import { Random } from "../base/random.js";
import { GlorotUniform, HeUniform, initializers, Zeros } from "./index.js";
import { fans } from "./initializer.js";

describe("fans", () => {
  it("counts inputs and outputs of a unit as Keras does", () => {
    expect(fans([3, 5, 16, 32])).toEqual({ fanIn: 240, fanOut: 480 });
    expect(fans([40, 10])).toEqual({ fanIn: 40, fanOut: 10 });
    expect(fans([7])).toEqual({ fanIn: 7, fanOut: 7 });
  });
});

describe.each([
  ["GlorotUniform", new GlorotUniform(), Math.sqrt(6 / (3 * 3 * 16 + 3 * 3 * 32))],
  ["HeUniform", new HeUniform(), Math.sqrt(6 / (3 * 3 * 16))],
] as const)("%s", (_, initializer, limit) => {
  it("is uniform within its limit, the same for the same stream", () => {
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

it("Zeros are zeros", () => {
  expect(new Zeros().initialize([2, 3])).toEqual(new Float32Array(6));
});

it("are found by Keras's names, in either spelling", () => {
  expect(initializers.create("test", "glorot_uniform")).toBeInstanceOf(GlorotUniform);
  expect(initializers.create("test", "heUniform")).toBeInstanceOf(HeUniform);
  expect(() => initializers.create("Dense", "ones")).toThrow(
    'Dense: expected initializer to be one of Zeros, GlorotUniform, HeUniform, received "ones". Check its spelling.',
  );
});
