export {
  type ChangedAnswers,
  countChanges,
  countedIn,
  type ImageSource,
  likeliestOf,
} from "./count-changes.js";
export type { WeightPrecision } from "./encode-weights.js";
export {
  type Standalone,
  type StandaloneOptions,
  standaloneModule,
  standaloneOf,
} from "./standalone-module.js";
export { standalonePage } from "./standalone-page.js";
export type { Receipt, StandaloneModel, StoredTensor } from "./stored.js";
