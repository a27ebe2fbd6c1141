import { describe, expect, it } from "vitest";
import type { Dataset } from "../data/dataset.js";
import { Dense, Flatten } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { Input } from "../network/input.js";
import { checkFits } from "./check-fits.js";
import { lossFor } from "./loss-for.js";

const ending = (units: number, activation: "softmax" | "sigmoid" | "linear") =>
  new Sequential([new Input([2, 2, 1]), new Flatten(), new Dense(units, { activation })]);

function dataOf(...classNames: string[]): Dataset {
  const set = {
    images: new Uint8Array(8),
    labels: Uint8Array.of(0, 1),
    count: 2,
    shape: [2, 2, 1] as const,
  };
  const source = { kind: "generated", files: [] } as const;
  return { name: "pets", title: "Pets", classNames, train: set, test: set, source };
}

describe("lossFor", () => {
  it.each([
    [10, "softmax", "SparseCategoricalCrossentropy", false],
    [10, "linear", "SparseCategoricalCrossentropy", true],
    [1, "sigmoid", "BinaryCrossentropy", false],
    [1, "linear", "BinaryCrossentropy", true],
  ] as const)("fits %i outputs that end in %s", (units, activation, className, fromLogits) => {
    const loss = lossFor(ending(units, activation), { labelSmoothing: 0.1 });
    expect([loss.className, loss.fromLogits]).toEqual([className, fromLogits]);
    expect(loss.getConfig()).toMatchObject({ label_smoothing: 0.1 });
  });
});

describe("checkFits", () => {
  it("accepts one output for two classes, but not for more", () => {
    checkFits(ending(1, "sigmoid"), dataOf("cat", "dog"));
    expect(() => checkFits(ending(1, "sigmoid"), dataOf("cat", "dog", "eel"))).toThrow(
      "expected at most 2 classes, because its last layer has 1 unit",
    );
  });
});
