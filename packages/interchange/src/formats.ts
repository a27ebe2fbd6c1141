import type { ModelFormat } from "./format.js";
import { kerasArchive } from "./keras/archive.js";
import { legacyHdf5 } from "./keras/legacy.js";
import { kerasWeights } from "./keras/weights-file.js";
import { onnx } from "./onnx/onnx.js";
import { safetensors } from "./safetensors/safetensors.js";
import { module, page } from "./standalone/formats.js";
import { tfjs } from "./tfjs/tfjs.js";

/** Every format, in the order in which files are tried. */
export const formats: readonly ModelFormat[] = [
  kerasArchive,
  legacyHdf5,
  kerasWeights,
  tfjs,
  safetensors,
  onnx,
  module,
  page,
];
