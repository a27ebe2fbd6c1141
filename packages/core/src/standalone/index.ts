export type { WeightPrecision } from "./encode-weights.js";
export {
  type Standalone,
  type StandaloneOptions,
  standaloneModule,
  standaloneOf,
} from "./standalone-module.js";
export type { Receipt, StandaloneModel, StoredTensor } from "./stored.js";
