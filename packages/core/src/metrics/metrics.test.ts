import { expect, it } from "vitest";
import {
  AUC,
  BinaryAccuracy,
  CategoricalAccuracy,
  ConfusionMatrix,
  F1Score,
  metrics,
  Precision,
  Recall,
  TopKCategoricalAccuracy,
} from "./index.js";

it.each([
  ["accuracy", "accuracy"],
  ["top_k_categorical_accuracy", new TopKCategoricalAccuracy()],
  ["precision", new Precision()],
  ["f1_score", new F1Score()],
  ["auc", new AUC()],
  ["confusionMatrix", new ConfusionMatrix()],
])("%s is found by its name", (name, metric) => {
  expect(metrics.create("compile", name)).toEqual(metric);
});

it("metrics have Keras's defaults", () => {
  expect(new TopKCategoricalAccuracy()).toMatchObject({ k: 5, name: "topKCategoricalAccuracy" });
  expect(new AUC()).toMatchObject({ curve: "ROC", numThresholds: 200, name: "auc" });
  expect(new Precision()).toMatchObject({ threshold: 0.5, classId: undefined, name: "precision" });
  expect(new Recall({ name: "found" }).name).toBe("found");
});

it("a metric starts from zero at each begin", () => {
  const metric = new BinaryAccuracy();
  const first = metric.begin();
  first.add(new Float32Array([0.9, 0.2]), new Float32Array([1, 1]));
  const second = metric.begin();
  second.add(new Float32Array([0.9]), new Float32Array([1]));
  expect([first.result(), second.result()]).toEqual([0.5, 1]);
});

it("metrics are 0 if there is nothing to divide by", () => {
  for (const metric of [new Precision(), new Recall(), new BinaryAccuracy(), new AUC(), new F1Score()]) {
    expect(metric.begin([3]).result()).toBe(0);
  }
});

it("ConfusionMatrix counts predictions in columns, and true classes in rows", () => {
  const tally = new ConfusionMatrix().begin([3]);
  tally.add(new Float32Array([0.1, 0.7, 0.2, 0.4, 0.4, 0.2]), new Float32Array([0, 0, 1, 1, 0, 0]));
  expect(tally.result()).toEqual([
    [1, 0, 0],
    [0, 0, 0],
    [0, 1, 0],
  ]);
});

it("TopKCategoricalAccuracy counts all of equal outputs, as Keras 3.15 does", () => {
  // keras.metrics.SparseTopKCategoricalAccuracy gives 1 for both.
  const one = new TopKCategoricalAccuracy({ k: 1 }).begin([3]);
  one.add(Float32Array.of(0.5, 0.5, 0, 0, 0.5, 0.5), Float32Array.of(0, 1, 0, 0, 0, 1));
  expect(one.result()).toBe(1);
  const two = new TopKCategoricalAccuracy({ k: 2 }).begin([3]);
  two.add(new Float32Array(9).fill(1 / 3), Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
  expect(two.result()).toBe(1);
});

it("TopKCategoricalAccuracy does not count a NaN among the most likely classes", () => {
  const tally = new TopKCategoricalAccuracy({ k: 2 }).begin([2]);
  tally.add(new Float32Array([Number.NaN, 0.5]), new Float32Array([1, 0]));
  expect(tally.result()).toBe(0);
});

it("metrics refuse impossible options", () => {
  expect(() => new TopKCategoricalAccuracy({ k: 0 })).toThrow("TopKCategoricalAccuracy: expected k to be");
  expect(() => new TopKCategoricalAccuracy({ k: 4 }).begin([3])).toThrow(
    "TopKCategoricalAccuracy: expected k to be at most the number of classes, 3, received 4. Choose a smaller k.",
  );
  expect(() => new CategoricalAccuracy().begin([28, 28, 1])).toThrow(
    "CategoricalAccuracy: expected a model with outputs for at least 2 classes, received outputs of 28×28×1. " +
      "Use binaryAccuracy, precision, recall or auc for outputs of yes or no.",
  );
  expect(() => new Recall({ classId: 3 }).begin([3])).toThrow(
    "Recall: expected classId to be from 0 to 2, received 3. Correct classId.",
  );
  expect(() => new Precision({ threshold: 2 })).toThrow(
    "Precision: expected threshold to be a number from 0 to 1, received 2. Correct threshold.",
  );
  expect(() => new AUC({ curve: "PRC" as never })).toThrow(
    'AUC: expected curve to be "ROC" or "PR", received "PRC". Did you mean "PR"?',
  );
  expect(() => new AUC({ numThresholds: 1 })).toThrow("AUC: expected numThresholds to be");
  expect(() => new F1Score({ average: "none" as never })).toThrow(
    'F1Score: expected average to be "macro", "micro" or "weighted", received "none". Correct average.',
  );
  expect(() => metrics.create("compile", "acuracy")).toThrow(
    "compile: expected metric to be one of accuracy, BinaryAccuracy, CategoricalAccuracy, " +
      "TopKCategoricalAccuracy, Precision, Recall, F1Score, AUC, ConfusionMatrix, MeanSquaredError, " +
      'MeanAbsoluteError, mse, mae, received "acuracy". Did you mean accuracy?',
  );
});
