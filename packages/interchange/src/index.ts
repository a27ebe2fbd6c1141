export { type ModelFileKind, modelFileKind } from "./containers/kind.js";
