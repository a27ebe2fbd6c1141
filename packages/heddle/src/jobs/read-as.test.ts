import { describe, expect, it } from "vitest";
import { readAsFor, readAsForModelOf, rowShape } from "./read-as.js";

const json = (input: readonly (number | null)[]) => ({
  class_name: "Sequential",
  config: {
    name: "m",
    layers: [
      { class_name: "InputLayer", config: { batch_shape: [null, ...input] } },
      { class_name: "Flatten", config: {} },
      { class_name: "Dense", config: { units: 2 } },
    ],
  },
});

describe("how data is read for a model", () => {
  it.each([
    ["an image", [28, 28, 3], { size: [28, 28], channels: 3 }],
    ["rows", [28, 28], { size: [28, 28], channels: 1 }],
    ["numbers", [784], { size: [28, 28], channels: 1 }],
    ["no square", [28, 20, 1], { size: [28, 20], channels: 1, shape: [28, 20, 1] }],
    ["opacity", [28, 28, 4], { size: [28, 28] }],
    ["numbers that tell nothing", [560], {}],
  ])("follows its input: %s", (_, input, expected) => {
    expect(readAsFor(input)).toEqual(expected);
  });

  it("follows a model's JSON, as far as that knows", () => {
    expect(readAsForModelOf({ model: json([784]) }, "m.json")).toEqual({ size: [28, 28], channels: 1 });
    expect(readAsForModelOf({ model: json([null, null, 1]) }, "m.json")).toEqual({ channels: 1 });
    expect(readAsForModelOf({ model: "study" }, "study")).toEqual({});
  });

  it("gives rows the model's shape where they are no squares", () => {
    expect([rowShape([28, 28, 1]), rowShape([28, 20])]).toEqual([{}, { shape: [28, 20, 1] }]);
  });
});
