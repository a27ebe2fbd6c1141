export { type ModelFileKind, modelFileKind } from "./containers/kind.js";
export type { ExportOptions, FileMap, ImportOptions, ModelFormat, ReadContext } from "./format.js";
export { formats } from "./formats.js";
export { importModel, type ModelBytes } from "./import-model.js";
