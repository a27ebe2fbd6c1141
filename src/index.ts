/**
 * Heddle's core: models, layers, training, evaluation and explanation. Runs in Node and in browsers. No dependency is
 * loaded, but for `embed`, which loads umap-js when it is called.
 */
export { AbortedError, HeddleError } from "./base/errors.js";
export type { Shape } from "./base/shape.js";
export * from "./constraints/index.js";
export type { EngineOptions } from "./engine/engine.js";
export { hasRelaxedSimd, type Variant } from "./engine/variant.js";
export * from "./evaluate/index.js";
export {
  type Embedding,
  type EmbeddingOptions,
  embed,
  type FeatureMap,
  type Filters,
  featureMaps,
  filtersOf,
  type GradCam,
  gradCam,
  type Neighbours,
  nearestNeighbours,
  type Occlusion,
  type OcclusionOptions,
  occlusion,
  type Tiles,
} from "./explain/index.js";
export * from "./initializers/index.js";
export * from "./layers/index.js";
export * from "./losses/index.js";
export * from "./metrics/index.js";
export * from "./model/callbacks/index.js";
export type {
  Callback,
  CallbackMemory,
  EpochSums,
  EpochUnderWay,
  Progress,
  TrainingControl,
  TrainingState,
} from "./model/callbacks.js";
export { type Checkpoint, checkpointFile, readCheckpoint } from "./model/checkpoint.js";
export { classProbabilities } from "./model/class-probabilities.js";
export {
  type LabelledSamples,
  type Samples,
  type SamplesWithTargets,
  type TrainingSamples,
  toCategorical,
} from "./model/data.js";
export type { FitOptions } from "./model/fit.js";
export type { EpochLogs, History } from "./model/history.js";
export { Input } from "./model/input.js";
export { loadModel, modelFromJson } from "./model/load.js";
export type { Evaluation } from "./model/measure.js";
export type { MetricValues } from "./model/measures.js";
export { type CompileOptions, Model } from "./model/model.js";
export type { ModelOptions } from "./model/network.js";
export type { ValidationOptions, WeightedSamples, Weighting } from "./model/sample-weights.js";
export { Sequential } from "./model/sequential.js";
export type { ImageChunk, SampleChunk, SampleStream } from "./model/stream.js";
export type { SummaryRow } from "./model/summary.js";
export { Trace, type Traced, type TraceRequest } from "./model/trace.js";
export {
  Adam,
  type AdamOptions,
  AdamW,
  Muon,
  type MuonOptions,
  Optimizer,
  type OptimizerOptions,
  optimizers,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
} from "./optimizers/index.js";
export * from "./regularizers/index.js";
export * from "./schedules/index.js";
