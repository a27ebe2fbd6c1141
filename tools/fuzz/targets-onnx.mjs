// ONNX models: their messages, weights and graphs.
import { readFileSync } from "node:fs";
import { readOnnx, writeOnnx } from "../../packages/interchange/dist/index.js";
import { exportedModels } from "../../packages/interchange/dist/onnx/models.testing.js";
import { check, fingerprint } from "./check.mjs";

/** Golden files up to this size: of larger ones most bytes are weights. */
const LARGEST_BYTES = 4096;

const corpus = () => {
  const path = new URL("../../tests/golden/onnx-models.json", import.meta.url);
  /** @type {{ cases: { file: string }[] }} */
  const { cases } = JSON.parse(readFileSync(path, "utf8"));
  const golden = cases.map(({ file }) => Uint8Array.from(Buffer.from(file, "base64")));
  const own = Object.values(exportedModels).map((make) => writeOnnx(make()));
  return [...golden, ...own].filter(({ length }) => length <= LARGEST_BYTES);
};

/** @type {readonly import("./targets.mjs").Target[]} */
export const onnxTargets = [
  {
    name: "onnx",
    what: "models, ONNX",
    redundancy: "none",
    corpus,
    fields: [0, 1, 2, 3, 4, 5, 6, 7, 8],
    tokens: [
      ...[
        "Conv",
        "Gemm",
        "MatMul",
        "Reshape",
        "ConstantOfShape",
        "Expand",
        "Range",
        "Upsample",
        "Resize",
        "Pad",
      ],
      ...["x", "y", "w", "axes", "pads", "group", "dilations", "auto_pad", "SAME_UPPER", "perm", "to"],
      ...["__proto__", "constructor", "toString", "../x", "/etc/passwd"],
    ],
    parse: (bytes) => {
      const model = readOnnx("a", bytes);
      const numbers = model.weights.map((weight) => weight.read());
      check(
        numbers.reduce((sum, { length }) => sum + length, 0) === model.parameters,
        "as many weights as parameters",
      );
      return fingerprint(JSON.stringify(model.getConfig()), ...numbers);
    },
  },
];
