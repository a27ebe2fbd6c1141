/** `heddle`: the core, and the model files of other programs; for Node and browsers. What needs Node is in `heddle/node`. */
export * from "@heddle/core";
export {
  type ExportFormat,
  type ExportOptions,
  exportModel,
  type ImportOptions,
  importModel,
  importWeights,
  type ModelBytes,
} from "@heddle/interchange";
export { loadModel } from "./load-model.js";
