/** `@heddle/core/data`: images and labels from bytes, for Node and browsers. */
export type { ByteSource } from "../formats/byte-source.js";
export { type IdxArray, type IdxData, type IdxElementType, writeIdx } from "../formats/idx.js";
export { type NpyArray, type NpyNumbers, readNpy, writeNpy } from "../formats/npy.js";
export {
  type AssembleOptions,
  assemble,
  type ClassedImages,
  type ClassOptions,
  type LabelledSplits,
  toClasses,
} from "./assemble.js";
export { type CatalogueEntry, type CatalogueFile, catalogue, fashionMnist } from "./catalogue.js";
export { classesOf, withClasses } from "./classes.js";
export type { CsvLayout, LayoutOptions } from "./csv/layout.js";
export type { TableColumns } from "./csv/match.js";
export { type CsvOptions, CsvReader, type ReadTable, readColumns, readCsv } from "./csv/read.js";
export {
  type ClassOrder,
  classOrders,
  type DataForm,
  type Dataset,
  type DatasetSource,
  dataForms,
  type FormOptions,
  firstImages,
  type HoldOut,
  type ImageSet,
  imagesAt,
  type LabelRule,
  labelRules,
  type WrittenForm,
  writtenForms,
} from "./dataset.js";
export {
  type DatasetDescription,
  describeDataset,
  formatDescription,
  type SplitDescription,
} from "./describe.js";
export {
  type DroppedRow,
  type DroppedRows,
  type DroppedSummary,
  type DropReason,
  formatDropped,
  type MissingRule,
  missingRules,
  summarizeDropped,
} from "./dropped-rows.js";
export type { Duplicates } from "./exact-duplicates.js";
export { type FashionSketchOptions, generateFashionSketch } from "./fashion-sketch/index.js";
export {
  datasetFromIdx,
  type IdxDatasetOptions,
  type IdxDatasetParts,
  type NamedIdx,
} from "./idx/dataset.js";
export { readIdx } from "./idx/read.js";
export type { ImageShape } from "./image-shape.js";
export type { LabelledImages, ReadImages } from "./labelled-images.js";
export type { ArrayImages } from "./named-arrays.js";
export {
  findNearDuplicates,
  type ImagePlace,
  MAX_DISTANCE,
  type NearDuplicateOptions,
  type NearDuplicates,
  type NearPair,
} from "./near-duplicates/index.js";
export { type NpzImages, type NpzOptions, readNpz } from "./npz.js";
export {
  type ElementKind,
  formatReading,
  type LeftOut,
  type ReaderNotes,
  type Reading,
  type ReadingChoice,
  type SplitReading,
} from "./reading.js";
export type { ValueRange } from "./value-range.js";
