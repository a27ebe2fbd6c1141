import type { Metric, Model, Schedule, TopKCategoricalAccuracy } from "@heddle/core";
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
 * How a model is trained, as Keras's `compile_config`; `{}` for one that was never compiled, and for what Keras does not have,
 * which is named in a warning.
 */
export function compileConfig(model: Model, warn: (message: string) => void): JsonObject {
  if (!model.isCompiled) return {};
  const { optimizer, loss, metrics } = model.training;
  const left = (what: string) => {
    warn(`Keras has no ${what}: the compile configuration is left out, so call compile in Keras.`);
    return {};
  };
  const schedule = scheduleConfig(optimizer.schedule);
  if (schedule === undefined) return left(optimizer.schedule.className);
  const ofLoss = lossConfig(loss.className, loss.getConfig());
  if (ofLoss === undefined) return left(`label smoothing in ${loss.className}`);
  const name = optimizer.className.toLowerCase();
  return {
    optimizer: kerasObject("keras.optimizers", optimizer.className, {
      name,
      ...optimizer.getConfig(),
      learning_rate: schedule,
    }),
    loss: ofLoss,
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

function scheduleConfig(schedule: Schedule): Json | undefined {
  if (schedule instanceof Constant) return schedule.learningRate;
  if (!SCHEDULES.includes(schedule.className)) return undefined;
  return kerasObject("keras.optimizers.schedules", schedule.className, schedule.getConfig());
}

function lossConfig(
  className: string,
  { label_smoothing: smoothing, ...config }: JsonObject,
): Json | undefined {
  if (smoothing === undefined || className !== "SparseCategoricalCrossentropy") {
    return kerasObject("keras.losses", className, {
      ...config,
      ...(smoothing === undefined ? {} : { label_smoothing: smoothing }),
    });
  }
  return smoothing === 0 ? kerasObject("keras.losses", className, config) : undefined;
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
