import { describe, expect, it } from "vitest";
import { againstKeras, relativeError } from "./golden.testing.js";

describe("the relative error", () => {
  it("is the largest of all values", () => {
    expect(relativeError([100, 4, 6], [100, 4, 8])).toEqual({ error: 0.25, index: 2 });
    expect(relativeError([103, 4.5], [100, 4.5])).toEqual({ error: 0.03, index: 0 });
  });

  it("is relative to 1 for smaller values, or to the largest if all are smaller", () => {
    expect(relativeError([1e-6, 5], [0, 5])).toEqual({ error: 1e-6, index: 0 });
    expect(relativeError([0.25, 0.125], [0.25, 0])).toEqual({ error: 0.5, index: 1 });
  });

  it("is 0 or infinite if zeros are expected", () => {
    expect(relativeError([0, -0], [0, 0])).toEqual({ error: 0, index: 0 });
    expect(relativeError([0, 1e-30], [0, 0])).toEqual({ error: Number.POSITIVE_INFINITY, index: 1 });
  });
});

describe("a comparison with Keras", () => {
  const compare = againstKeras({ part: "layers", row: "Dense", id: 3 });

  it("passes within 1e-5", () => {
    compare("outputs", [1.000009, 0.5], [1, 0.5]);
  });

  it("reads decimals as the f32 that they stand for", () => {
    const exact = againstKeras({ part: "layers", row: "Flatten", id: 1, bound: 0 });
    exact("outputs", Float32Array.of(0.1), [0.1]);
    expect(() => exact("outputs", [0.1000001], [0.1])).toThrow("Flatten 1, outputs: relative error");
  });

  it.each([
    ["past 1e-5", [1.00002, 0.5], "Dense 3, outputs: relative error"],
    ["of NaN", [1, Number.NaN], "at 1 of 2: expected 0.5, received NaN"],
    ["of an infinity", [1, Number.POSITIVE_INFINITY], "received Infinity"],
    ["of too few values", [1], "how many values"],
    ["of nothing", undefined, "how many values"],
  ])("fails %s", (_, actual, message) => {
    expect(() => compare("outputs", actual, [1, 0.5])).toThrow(message);
  });
});
