import type { Loss, Metric, Model, Schedule, TopKCategoricalAccuracy } from "@heddle/core";
import { shortNumber } from "@heddle/core/internal/base/format.js";
import type { Json, JsonObject } from "@heddle/core/internal/base/json.js";
import { Constant } from "@heddle/core/internal/schedules/index.js";

/** Schedules that Keras has as well. */
const SCHEDULES = [
  ...["CosineDecay", "CosineDecayRestarts", "ExponentialDecay"],
  ...["InverseTimeDecay", "PiecewiseConstantDecay", "PolynomialDecay"],
];

/** Metrics that Keras computes alike; those of answers have options of their own. */
const METRICS = ["BinaryAccuracy", "CategoricalAccuracy", "MeanAbsoluteError", "MeanSquaredError"];

/**
 * How a model is trained, as Keras's `compile_config`; `{}` for one that was never compiled. What Keras does not have is
 * named in a warning.
 */
export function compileConfig(model: Model, warn: (message: string) => void): JsonObject {
  if (!model.isCompiled) return {};
  const { optimizer, loss, metrics } = model.training;
  const name = optimizer.className.toLowerCase();
  return {
    optimizer: kerasObject("keras.optimizers", optimizer.className, {
      name,
      ...optimizer.getConfig(),
      learning_rate: scheduleConfig(optimizer.schedule, warn),
    }),
    loss: lossConfig(loss, warn),
    loss_weights: null,
    metrics: [
      ...(metrics.accuracy ? ["accuracy"] : []),
      ...metrics.metrics.flatMap((metric) => metricConfig(metric, loss.targets === "classes", warn)),
    ],
    weighted_metrics: null,
    run_eagerly: false,
    steps_per_execution: 1,
    jit_compile: false,
  };
}

/** A schedule that Keras does not have is replaced with the learning rate at which it ends, for training on. */
function scheduleConfig(schedule: Schedule, warn: (message: string) => void): Json {
  if (schedule instanceof Constant) return schedule.learningRate;
  if (SCHEDULES.includes(schedule.className)) {
    return kerasObject("keras.optimizers.schedules", schedule.className, schedule.getConfig());
  }
  const last = schedule.rate(LONG - 1, LONG);
  warn(
    `Keras has no ${schedule.className}: the file has the learning rate at which it ends, ${shortNumber(last)}.`,
  );
  return last;
}

/** Steps of a training that is long enough for a schedule to come near its end. */
const LONG = 1e9;

function lossConfig(loss: Loss, warn: (message: string) => void): Json {
  const { className, targets } = loss;
  const config = loss.getConfig();
  const { label_smoothing: smoothing, ...rest } = config;
  if (smoothing === undefined || targets !== "classes") return kerasObject("keras.losses", className, config);
  if (smoothing !== 0)
    warn(`Keras has no label smoothing for class numbers: the file has ${className} without it.`);
  return kerasObject("keras.losses", className, rest);
}

/** With labels that are class numbers Keras's metrics have other names. */
function metricConfig(metric: Metric, isSparse: boolean, warn: (message: string) => void): Json[] {
  const { className, name } = metric;
  if (className === "TopKCategoricalAccuracy") {
    const { k } = metric as TopKCategoricalAccuracy;
    const kerasName = isSparse ? `Sparse${className}` : className;
    return [kerasObject("keras.metrics", kerasName, { name, k })];
  }
  if (METRICS.includes(className) && !isSparse) return [kerasObject("keras.metrics", className, { name })];
  warn(`The metric ${name} is left out: Keras has none like it for this loss.`);
  return [];
}

function kerasObject(module: string, className: string, config: JsonObject): JsonObject {
  return { module, class_name: className, config, registered_name: null };
}

/**
 * A compile configuration as text. JavaScript writes 0.0 as 0, and Keras takes some of its floats for nothing else: the
 * optimizer's whole numbers are those that count steps.
 */
export function compileConfigText(config: JsonObject): string {
  const { optimizer, ...rest } = config;
  if (optimizer === undefined) return JSON.stringify(config);
  const text = JSON.stringify(optimizer).replace(/"(\w+)":(-?\d+)(?=[,}])/g, (entry, key: string) =>
    /(steps|frequency)$/.test(key) ? entry : `${entry}.0`,
  );
  return `{"optimizer":${text},${JSON.stringify(rest).slice(1)}`;
}
