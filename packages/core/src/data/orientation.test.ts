import { describe, expect, it } from "vitest";
import { toClasses } from "./assemble.js";
import { orientationOf } from "./orientation.js";

describe("orientationOf", () => {
  it.each([
    ["data/em/emnist-letters-train-images-idx3-ubyte.gz", true, false],
    ["data/emnist-train-images-idx3-ubyte", true, false],
    ["data/emnist-letters-train.csv", true, true],
    ["data/emnist-byclass-test.csv.gz", true, true],
    ["data/emnist.npz, x_train", false, true],
    ["data/emnist/train.csv", false, true],
    ["data/mnist_train.csv", false, false],
  ])("of %s: exchanged %s, with a warning %s", (path, transposed, warn) => {
    const orientation = orientationOf([path], undefined);
    expect([orientation.transposed, orientation.choice.warn ?? false]).toEqual([transposed, warn]);
    expect(orientation.choice.option).toBe(transposed || warn ? "transpose" : undefined);
  });

  it("is the caller's decision if there is one", () => {
    expect(orientationOf(["emnist-letters-train.csv"], false).transposed).toBe(false);
    expect(orientationOf(["train.csv"], true)).toEqual({
      transposed: true,
      choice: { about: "orientation", choice: "rows and columns exchanged", option: "transpose" },
    });
  });
});

it("images on their side are turned in a copy", () => {
  const images = Uint8Array.of(0, 1, 2, 3, 4, 255);
  const pixels = {
    images,
    shape: [2, 3, 1],
    count: 1,
    labelTexts: ["a"],
    labels: new Int32Array(1),
  } as const;
  const { train, reading } = toClasses({ train: { ...pixels, name: "x.csv" } }, { transpose: true });
  expect([...train.images]).toEqual([0, 3, 1, 4, 2, 255]);
  expect([train.shape, reading.transposed]).toEqual([[3, 2, 1], true]);
  expect([...images]).toEqual([0, 1, 2, 3, 4, 255]);
});
