import { describe, expect, it } from "vitest";
import { Conv2D, Dense } from "../layers/index.js";
import { Sequential } from "../model/sequential.js";
import { classCount, classNamesOf, classProbabilities, whyNoClasses } from "./class-probabilities.js";
import { Input } from "./input.js";

const ending = (units: number, activation: "softmax" | "sigmoid" | "linear") =>
  new Sequential([new Input([3]), new Dense(units, { activation })]);

describe("classProbabilities", () => {
  it("returns probabilities unchanged", () => {
    const outputs = Float32Array.of(0.25, 0.75);
    expect(classProbabilities(ending(2, "softmax"), outputs)).toBe(outputs);
  });

  it("turns logits into a softmax, however large they are", () => {
    const softmax = classProbabilities(ending(2, "linear"), Float32Array.of(0, Math.log(3), -1000, 1000));
    expect([...softmax].map((value) => Number(value.toFixed(6)))).toEqual([0.25, 0.75, 0, 1]);
  });

  it("turns one output into two classes", () => {
    const sigmoid = ending(1, "sigmoid");
    expect([...classProbabilities(sigmoid, Float32Array.of(0.25))]).toEqual([0.75, 0.25]);
    expect([...classProbabilities(ending(1, "linear"), Float32Array.of(0))]).toEqual([0.5, 0.5]);
    expect(classCount(sigmoid)).toBe(2);
    expect(classNamesOf(sigmoid, ["cat"])).toEqual(["cat", "class 1"]);
    sigmoid.classes = ["no", "yes"];
    expect(classNamesOf(sigmoid, ["cat"])).toEqual(["cat", "yes"]);
  });

  it("refuses models whose outputs are images, and outputs that are not whole rows", () => {
    const model = new Sequential([new Input([6, 5, 1]), new Conv2D(2, 3)]);
    expect(whyNoClasses(model)).toBe("its outputs are 4×3×2, not one number for each class");
    expect(() => classProbabilities(model, new Float32Array(24))).toThrow("a model that predicts classes");
    expect(() => classProbabilities(ending(2, "softmax"), new Float32Array(5))).toThrow(
      'classProbabilities: expected outputs of "sequential", 2 for each image, received 5 in all.',
    );
  });
});
