import { Registry } from "../base/registry.js";
import type { AnswerOptions } from "./answers.js";
import { AUC } from "./auc.js";
import { BinaryAccuracy } from "./binary-accuracy.js";
import { CategoricalAccuracy } from "./categorical-accuracy.js";
import { ConfusionMatrix } from "./confusion-matrix.js";
import { F1Score } from "./f1-score.js";
import { MeanAbsoluteErrorMetric } from "./mean-absolute-error.js";
import { MeanSquaredErrorMetric } from "./mean-squared-error.js";
import { Metric, type MetricOptions, type MetricValue, type MetricValues, type Tally } from "./metric.js";
import { Precision } from "./precision.js";
import { Recall } from "./recall.js";
import { TopKCategoricalAccuracy } from "./top-k-categorical-accuracy.js";

export {
  type AnswerOptions,
  AUC,
  BinaryAccuracy,
  CategoricalAccuracy,
  ConfusionMatrix,
  F1Score,
  MeanAbsoluteErrorMetric,
  MeanSquaredErrorMetric,
  Metric,
  type MetricOptions,
  type MetricValue,
  type MetricValues,
  Precision,
  Recall,
  type Tally,
  TopKCategoricalAccuracy,
};

/** By name, with default options. Accuracy has no class: it is measured where the loss is, in training too. */
export const metrics = new Registry<Metric | "accuracy">("metric", {
  accuracy: () => "accuracy",
  BinaryAccuracy: () => new BinaryAccuracy(),
  CategoricalAccuracy: () => new CategoricalAccuracy(),
  TopKCategoricalAccuracy: () => new TopKCategoricalAccuracy(),
  Precision: () => new Precision(),
  Recall: () => new Recall(),
  F1Score: () => new F1Score(),
  AUC: () => new AUC(),
  ConfusionMatrix: () => new ConfusionMatrix(),
  MeanSquaredError: () => new MeanSquaredErrorMetric(),
  MeanAbsoluteError: () => new MeanAbsoluteErrorMetric(),
  mse: () => new MeanSquaredErrorMetric({ name: "mse" }),
  mae: () => new MeanAbsoluteErrorMetric({ name: "mae" }),
});
