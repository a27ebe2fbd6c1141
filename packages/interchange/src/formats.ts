import type { ModelFormat } from "./format.js";
import { kerasArchive } from "./keras/archive.js";
import { onnx } from "./onnx/onnx.js";
import { module, page } from "./standalone/formats.js";

/** Every format, in the order in which files are tried. */
export const formats: readonly ModelFormat[] = [kerasArchive, onnx, module, page];
