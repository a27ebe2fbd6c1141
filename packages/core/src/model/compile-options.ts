import type { OptionNames } from "../base/known-options.js";
import type { EngineOptions } from "../engine/engine.js";
import type { Loss } from "../losses/index.js";
import type { Metric } from "../metrics/index.js";
import type { Optimizer } from "../optimizers/index.js";

/** What a model is trained with, and on what it computes. */
export interface CompileOptions extends EngineOptions {
  /**
   * An optimizer, or its name to use Keras's defaults: `"sgd"`, `"adamW"`, …
   *
   * @defaultValue `"adam"`
   */
  readonly optimizer?: Optimizer | string;
  /**
   * A loss or its name: `"binaryCrossentropy"`, `"mse"`, …
   *
   * @defaultValue `"sparseCategoricalCrossentropy"`
   */
  readonly loss?: Loss | string;
  /**
   * What to measure in addition to the loss, by name or with options. Accuracy is always measured for the
   * cross-entropies, and for other losses if `"accuracy"` is in the list. All other metrics need every output, so
   * `evaluate` and `fit`'s validation measure them and training steps do not.
   *
   * @defaultValue none
   */
  readonly metrics?: readonly (Metric | string)[];
}

/** The names of all options. */
export const COMPILE_OPTIONS = Object.keys({
  optimizer: true,
  loss: true,
  metrics: true,
  threads: true,
  fast: true,
  kernels: true,
  worker: true,
} satisfies OptionNames<CompileOptions>);
