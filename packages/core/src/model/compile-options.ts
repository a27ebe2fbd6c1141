import type { OptionRules } from "../base/known-options.js";
import { listOf, type Rule } from "../base/rules.js";
import { ENGINE_RULES, type EngineOptions } from "../engine/engine.js";
import type { Loss, LossName } from "../losses/index.js";
import type { Metric, MetricName } from "../metrics/index.js";
import type { Optimizer, OptimizerName } from "../optimizers/index.js";

/** What a model is trained with, and on what it computes. */
export interface CompileOptions extends EngineOptions {
  /**
   * An optimizer, or its name to use Keras's defaults: `"sgd"`, `"adamW"`, …
   *
   * @defaultValue `"adam"`
   */
  readonly optimizer?: Optimizer | OptimizerName;
  /**
   * A loss or its name: `"binaryCrossentropy"`, `"mse"`, …
   *
   * @defaultValue `"sparseCategoricalCrossentropy"`
   */
  readonly loss?: Loss | LossName;
  /**
   * What to measure in addition to the loss, by name or with options. Accuracy is always measured for the
   * cross-entropies, and for other losses if `"accuracy"` is in the list. All other metrics need every output, so
   * `evaluate` and `fit`'s validation measure them and training steps do not.
   *
   * @defaultValue none
   */
  readonly metrics?: readonly (Metric | MetricName)[];
}

/** Optimizer, loss and metrics have errors of their own, which tell a class from an instance. */
const anything: Rule = { expected: "a value", accepts: () => true };

/** What each option must be. */
export const COMPILE_RULES: OptionRules<CompileOptions> = {
  ...ENGINE_RULES,
  optimizer: anything,
  loss: anything,
  metrics: listOf("metrics", anything),
};
