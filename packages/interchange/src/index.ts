export type {
  ChangedAnswers,
  ImageSource,
  WeightPrecision,
} from "@heddle/core/internal/standalone/index.js";
export type { Changes } from "./changes.js";
export { type ModelFileKind, modelFileKind } from "./containers/kind.js";
export { type ExportFormat, exportModel, writtenFormat } from "./export-model.js";
export type {
  ExportOptions,
  FileMap,
  ImportChoices,
  ImportOptions,
  ModelFormat,
  ReadContext,
  WeightsContext,
  WriteContext,
} from "./format.js";
export { formats } from "./formats.js";
export { companionsOf, importModel, type ModelBytes } from "./import-model.js";
export { type ImportWeightsOptions, importWeights } from "./import-weights.js";
export { modelInFolder } from "./model-in-folder.js";
export { type ReadOnnxOptions, readOnnx } from "./onnx/read/read-onnx.js";
export { type WriteOnnxOptions, writeOnnx } from "./onnx/write/write-onnx.js";
export type { ExportReceipt, FoundReceipt } from "./receipt.js";
export { compareAnswers, type ReceiptCheck } from "./receipts/compare.js";
export { type OpenedExport, openExport } from "./receipts/open-export.js";
export { receiptInputs } from "./receipts/samples.js";
export { checkMapping, type MappedTensor, type WeightMapping } from "./weight-mapping.js";
