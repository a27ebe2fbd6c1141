import { expect, it } from "vitest";
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  Huber,
  losses,
  MeanAbsoluteError,
  MeanSquaredError,
  SparseCategoricalCrossentropy,
} from "./index.js";

it("losses state their targets and the activation that they absorb, and take probabilities by default", () => {
  expect(new SparseCategoricalCrossentropy()).toMatchObject({
    targets: "classes",
    activation: "softmax",
    fromLogits: false,
  });
  expect(new CategoricalCrossentropy({ fromLogits: true })).toMatchObject({
    targets: "distributions",
    activation: "softmax",
    fromLogits: true,
  });
  expect(new BinaryCrossentropy()).toMatchObject({
    targets: "values",
    activation: "sigmoid",
    fromLogits: false,
  });
  expect(new MeanSquaredError()).toMatchObject({ targets: "values", activation: undefined });
});

it.each([
  new SparseCategoricalCrossentropy(),
  new SparseCategoricalCrossentropy({ fromLogits: true }),
  new CategoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
  new BinaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1 }),
  new MeanSquaredError(),
  new MeanAbsoluteError(),
  new Huber({ delta: 0.25 }),
])("$className is read back from its configuration, case %#", (loss) => {
  expect(losses.deserialize("test", { class_name: loss.className, config: loss.getConfig() })).toEqual(loss);
});

it.each([
  ["sparse_categorical_crossentropy", new SparseCategoricalCrossentropy()],
  ["sparseCategoricalCrossentropy", new SparseCategoricalCrossentropy()],
  ["binaryCrossentropy", new BinaryCrossentropy()],
  ["mean_squared_error", new MeanSquaredError()],
  ["mse", new MeanSquaredError()],
  ["MAE", new MeanAbsoluteError()],
  ["huber", new Huber()],
])("%s is found by its name", (name, loss) => {
  expect(losses.create("compile", name)).toEqual(loss);
});

it("losses with unknown names are refused", () => {
  expect(() => losses.create("compile", "hinge")).toThrow(
    "compile: expected loss to be one of SparseCategoricalCrossentropy, CategoricalCrossentropy, " +
      "BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError, Huber, mse, mae, " +
      'received "hinge". Choose one of them.',
  );
});

it("losses refuse a label smoothing outside 0 to 1", () => {
  expect(() => new SparseCategoricalCrossentropy({ labelSmoothing: 1.5 })).toThrow(
    "Crossentropy: expected labelSmoothing to be a number from 0 to 1, received 1.5. Correct labelSmoothing.",
  );
  expect(() => new BinaryCrossentropy({ labelSmoothing: Number.NaN })).toThrow(
    "BinaryCrossentropy: expected labelSmoothing to be a number from 0 to 1, received NaN. Correct labelSmoothing.",
  );
});

it.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY])("Huber refuses a delta of %d", (delta) => {
  expect(() => new Huber({ delta })).toThrow(
    `Huber: expected delta to be a number above 0, received ${delta}. Correct delta.`,
  );
});
