import {
  HeddleError,
  losses,
  type Metric,
  type Model,
  metrics,
  type Optimizer,
  optimizers,
} from "@heddle/core";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";

/** What Keras adds to a metric's configuration, with the values that Heddle's metrics have. */
const METRIC_DEFAULTS: JsonObject = {
  ...{ curve: "ROC", summation_method: "interpolation", num_thresholds: 200, multi_label: false },
  ...{ from_logits: false, ignore_class: null, axis: -1, threshold: 0.5 },
};

/** Keras's names of accuracy; which of them it is depends on the loss, as in Keras. */
const ACCURACIES = ["accuracy", "acc", "sparse_categorical_accuracy", "SparseCategoricalAccuracy"];

/**
 * Compiles a model as Keras's `compile_config` says. What Heddle does not have is named in a warning, and leaves the model
 * as it was: never compiled.
 *
 * @returns whether the model was compiled
 */
export function compileAs(model: Model, config: Json | undefined, warn: (message: string) => void): boolean {
  // Keras writes an empty object for a model that was not compiled.
  if (!isJsonObject(config) || Object.keys(config).length === 0) return false;
  try {
    const { optimizer, loss, metrics: list, weighted_metrics: weighted, loss_weights: weights } = config;
    if (weighted || weights)
      throw unknown("loss_weights and weighted_metrics to be null", weighted ?? weights);
    model.compile({
      optimizer: optimizerIn(optimizer),
      loss: typeof loss === "string" ? losses.create("Loss", loss) : losses.deserialize("Loss", loss),
      metrics: metricsIn(list, warn),
    });
    return true;
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown;
    warn(
      `The file's compile configuration is not used: ${thrown.message} The model is not compiled: call compile.`,
    );
    return false;
  }
}

function optimizerIn(value: Json | undefined): Optimizer {
  if (typeof value === "string") return optimizers.create("Optimizer", value);
  // In half precision an optimizer is wrapped into one that scales the loss, which floats of 32 bits do not need.
  const { class_name: className, config } = isJsonObject(value) ? value : {};
  return className === "LossScaleOptimizer" && isJsonObject(config)
    ? optimizerIn(config["inner_optimizer"])
    : optimizers.deserialize("Optimizer", value);
}

function metricsIn(list: Json | undefined, warn: (message: string) => void): (Metric | "accuracy")[] {
  const entries: readonly Json[] = Array.isArray(list) ? list.flat() : list == null ? [] : [list as Json];
  const found = new Set<Metric | "accuracy">();
  for (const entry of entries) {
    try {
      found.add(metricIn(entry));
    } catch (thrown) {
      if (!(thrown instanceof HeddleError)) throw thrown;
      warn(`A metric of the file is not measured: ${thrown.message}`);
    }
  }
  return [...found];
}

function metricIn(entry: Json): Metric | "accuracy" {
  const { class_name: className, config = {} } = isJsonObject(entry)
    ? entry
    : { class_name: entry, config: {} };
  // Keras 2 wraps a metric's function.
  if (className === "MeanMetricWrapper" && isJsonObject(config)) return metricIn(config["fn"] ?? null);
  if (typeof className !== "string" || !isJsonObject(config)) throw unknown("a metric's name", entry);
  if (ACCURACIES.includes(className)) return "accuracy";
  const changed = Object.entries(config).find(
    ([key, value]) => key !== "name" && key !== "dtype" && value !== null && value !== METRIC_DEFAULTS[key],
  );
  if (changed) throw unknown(`a ${className} of default options`, Object.fromEntries([changed]));
  return metrics.create("Metric", className);
}

function unknown(expected: string, received: Json | undefined): HeddleError {
  return new HeddleError({
    who: "compile_config",
    expected,
    received: JSON.stringify(received)?.slice(0, 80) ?? "nothing",
    next: "Nothing else is supported yet.",
  });
}
