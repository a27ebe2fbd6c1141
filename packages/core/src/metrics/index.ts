import { Registry } from "../base/registry.js";
import type { Spelling } from "../base/spelling.js";
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

const byName = <T>(create: () => T) => ({ fromConfig: create });

const metricClasses = {
  accuracy: byName(() => "accuracy" as const),
  BinaryAccuracy: byName(() => new BinaryAccuracy()),
  CategoricalAccuracy: byName(() => new CategoricalAccuracy()),
  TopKCategoricalAccuracy: byName(() => new TopKCategoricalAccuracy()),
  Precision: byName(() => new Precision()),
  Recall: byName(() => new Recall()),
  F1Score: byName(() => new F1Score()),
  AUC: byName(() => new AUC()),
  ConfusionMatrix: byName(() => new ConfusionMatrix()),
  MeanSquaredError: byName(() => new MeanSquaredErrorMetric()),
  MeanAbsoluteError: byName(() => new MeanAbsoluteErrorMetric()),
  mse: byName(() => new MeanSquaredErrorMetric({ name: "mse" })),
  mae: byName(() => new MeanAbsoluteErrorMetric({ name: "mae" })),
};

/** @inline */
type MetricNames = Spelling<keyof typeof metricClasses>;

/** A metric by its name: `"accuracy"`, `"f1Score"`. */
export type MetricName = MetricNames;

/**
 * The metrics by Keras's names, with default options: no configuration names a metric. Accuracy has no class, because it
 * is measured where the loss is, in training too.
 */
export const metrics = new Registry<Metric | "accuracy">("metric", metricClasses);
