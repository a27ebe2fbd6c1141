/** Heddle's core: models, layers and training. Runs in Node and in browsers, with no dependency. */
export { AbortedError, HeddleError } from "./base/errors.js";
export type { Shape } from "./base/shape.js";
export type { EngineOptions } from "./engine/engine.js";
export { hasRelaxedSimd, type Variant } from "./engine/variant.js";
export * from "./initializers/index.js";
export * from "./layers/index.js";
export * from "./losses/index.js";
export type { Callback, Progress } from "./model/callbacks.js";
export { type LabelledSamples, type Samples, toCategorical } from "./model/data.js";
export type { FitOptions } from "./model/fit.js";
export type { EpochLogs, History } from "./model/history.js";
export { Input } from "./model/input.js";
export {
  type CompileOptions,
  type Evaluation,
  Sequential,
  type SequentialOptions,
} from "./model/sequential.js";
export type { SummaryRow } from "./model/summary.js";
export { Adam, type AdamOptions, Optimizer, optimizers, SGD, type SGDOptions } from "./optimizers/index.js";
export * from "./regularizers/index.js";
export * from "./schedules/index.js";
