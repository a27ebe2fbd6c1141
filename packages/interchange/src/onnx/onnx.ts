import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ModelFormat } from "../format.js";
import { onnxReceipt, writeWithReceipt } from "./about.js";
import { externalNames, readOnnx } from "./read/read-onnx.js";
import { decodeModel } from "./read/source.js";

/** The exchange format of models that PyTorch, Keras and scikit-learn export and ONNX Runtime runs. */
export const onnx: ModelFormat = {
  name: "onnx",
  title: "an ONNX model (.onnx)",
  recognises: (files) => modelFile(files) !== undefined,
  companions: (files) => {
    const [name, bytes] = modelFile(files) ?? [];
    return name === undefined || bytes === undefined
      ? []
      : externalNames(name, decodeModel(name, bytes).graph);
  },
  choices: ["inputShape", "output", "unusedWeights"],
  read: async (files, { model, choices }) => {
    const [name, bytes] = modelFile(files)!;
    return readOnnx(name, bytes, { files, model, ...choices });
  },
  receipt: (files) => onnxReceipt(...modelFile(files)!),
  write: async (model, context) => ({ [`${context.name}.onnx`]: await writeWithReceipt(model, context) }),
};

/** The first field of every file: its version. */
const VERSION_TAG = 0x08;

/** The model among files, of which others may hold its weights. */
function modelFile(files: FileMap): readonly [string, Uint8Array] | undefined {
  const named = [...files].filter(([name]) => name.toLowerCase().endsWith(".onnx"));
  if (named.length > 0) return named.length === 1 ? named[0] : undefined;
  const [file] = files;
  const isOther =
    files.size === 1 && file && modelFileKind(file[1]) === "other" && file[1][0] === VERSION_TAG;
  return isOther ? file : undefined;
}
