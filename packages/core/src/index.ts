/**
 * Heddle's core: models, layers, training, evaluation and explanation. Runs in Node and in browsers. No dependency is
 * loaded, but for `embed`, which loads umap-js when it is called.
 */
export { AbortedError, type ErrorParts, HeddleError } from "./base/errors.js";
export type { Json, JsonObject } from "./base/json.js";
export type { FromConfig, Registry } from "./base/registry.js";
export type { Shape } from "./base/shape.js";
export type {
  Callback,
  CallbackMemory,
  EpochSums,
  EpochUnderWay,
  Progress,
  TrainingControl,
  TrainingState,
} from "./callbacks/callback.js";
export { type Checkpoint, checkpointFile, readCheckpoint } from "./callbacks/checkpoint-file.js";
export type { EpochLogs, History } from "./callbacks/history.js";
export * from "./callbacks/index.js";
export * from "./constraints/index.js";
export type { EngineOptions } from "./engine/engine.js";
export type { KernelSource, Kernels } from "./engine/kernels.js";
export type { WebWorker } from "./engine/threads.js";
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
export type { Classification, ClassProbability } from "./model/classify.js";
export type { CompileOptions } from "./model/compile-options.js";
export { loadModel, modelFromJson } from "./model/load.js";
export { Model } from "./model/model.js";
export { headOf, type NewHeadOptions, withNewHead } from "./model/new-head.js";
export { Sequential } from "./model/sequential.js";
export { Trace, type Traced, type TraceRequest } from "./model/trace.js";
export { classProbabilities } from "./network/class-probabilities.js";
export { Input } from "./network/input.js";
export type { ModelFacts, PictureRule } from "./network/model-facts.js";
export type { ModelFiles, ModelParts, ModelSource } from "./network/model-files.js";
export type { ModelOptions, Network } from "./network/network.js";
export type { ReadOptions } from "./network/read-options.js";
export type { SummaryRow } from "./network/summary.js";
export type { Weight } from "./ops/weight.js";
export {
  Adam,
  type AdamOptions,
  AdamW,
  Muon,
  type MuonOptions,
  Optimizer,
  type OptimizerName,
  type OptimizerOptions,
  optimizers,
  RMSprop,
  type RMSpropOptions,
  SGD,
  type SGDOptions,
} from "./optimizers/index.js";
export { type PictureDecoder, type PictureSource, setPictureDecoder } from "./pictures/picture-source.js";
export type { RawPicture } from "./pictures/raw-picture.js";
export * from "./regularizers/index.js";
export * from "./schedules/index.js";
export type { Evaluation } from "./training/evaluate.js";
export type { EpochOptions, FitOptions } from "./training/fit-options.js";
export type { ModelMetrics } from "./training/model-metrics.js";
export type { OptimizerState } from "./training/optimizer-state.js";
export type { ValidationOptions, WeightedSamples, Weighting } from "./training/sample-weights.js";
export {
  type LabelledSamples,
  type Samples,
  type SamplesWithTargets,
  type TrainingSamples,
  toCategorical,
} from "./training/samples.js";
export type {
  Chunk,
  Chunks,
  ImageChunk,
  SampleChunk,
  SampleStream,
  StreamOfPasses,
} from "./training/stream.js";
