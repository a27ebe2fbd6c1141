export { type CatalogueEntry, type CatalogueFile, catalogue, fashionMnist } from "./catalogue.js";
export { type Dataset, type DatasetSource, firstImages, type ImageSet } from "./dataset.js";
export {
  type DatasetDescription,
  describeDataset,
  formatDescription,
  type SplitDescription,
} from "./describe.js";
export type { Duplicates } from "./duplicates.js";
export { type FashionSketchOptions, generateFashionSketch } from "./fashion-sketch/index.js";
export { readIdx } from "./idx.js";
export {
  datasetFromIdx,
  type IdxDatasetOptions,
  type IdxDatasetParts,
  type NamedIdx,
} from "./idx-dataset.js";
export { type IdxArray, type IdxData, type IdxElementType, writeIdx } from "./idx-format.js";
