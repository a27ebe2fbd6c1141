export {
  type ChangedAnswers,
  countChanges,
  countedIn,
  type ImageSource,
  likeliestOf,
} from "./count-changes.js";
export type { WeightPrecision } from "./encode-weights.js";
export type { KernelCall, KernelProgram } from "./kernel-calls.js";
export { standaloneModule } from "./standalone-module.js";
export { type Standalone, type StandaloneOptions, standaloneOf } from "./standalone-of.js";
export { standalonePage } from "./standalone-page.js";
export type { KernelModel, ModelFacts, Receipt, StandaloneModel, StoredTensor } from "./stored.js";
