// What a server reads from its clients.
import { pictureFiles } from "../../packages/heddle/dist/serving/picture-files.js";
import { readPredictRequest } from "../../packages/heddle/dist/serving/tf-serving.js";
import { readInferRequest } from "../../packages/heddle/dist/serving/v2-request.js";
import { bytesOf, check, fingerprint } from "./check.mjs";

const signature = { inputName: "input", outputName: "output", inputShape: [2, 3, 1], outputShape: [2] };
const row = [1, 2.5, 3, 250, 0, 6];
const nested = [
  [[1], [2.5], [3]],
  [[250], [0], [6]],
];
const tensor = { name: "input", shape: [1, 2, 3, 1], datatype: "FP32" };
const json = (/** @type {unknown} */ value) => bytesOf(JSON.stringify(value));

/** @param {{ values: Uint8Array | Float32Array, count: number }} images @param {...unknown} rest */
function imagesOf({ values, count }, ...rest) {
  check(count >= 1 && values.length === 6 * count, "as many values as images");
  check(values.every(Number.isFinite), "finite values");
  return fingerprint(values, count, ...rest);
}

/** A request with binary data: how many bytes are JSON, a line break, then the body. */
function binary(/** @type {string} */ datatype, /** @type {ArrayBufferView} */ data, more = {}) {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const head = json({
    inputs: [{ ...tensor, datatype, parameters: { binary_data_size: bytes.length } }],
    ...more,
  });
  return Buffer.concat([bytesOf(`${head.length}\n`), head, bytes]);
}

/** A form with two files. */
function form(boundary = "b") {
  const part = (/** @type {string} */ name, /** @type {string} */ text) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"; filename="${name}.png"\r\ncontent-type: image/png\r\n\r\n${text}\r\n`;
  return bytesOf(`${part("a", "\x89PNG one")}${part("b", "two")}--${boundary}--\r\n`);
}

/** @type {readonly import("./targets.mjs").Target[]} */
export const servingTargets = [
  {
    name: "infer-request",
    what: "requests, Open Inference Protocol",
    redundancy: "rules",
    json: true,
    tokens: [
      "inputs",
      "binary_data_size",
      "NaN",
      "1e999",
      "__proto__",
      "UINT8",
      "INT64",
      "BOOL",
      "classification",
    ],
    corpus: () => [
      json({ id: "42", inputs: [{ ...tensor, data: row }], outputs: [{ name: "output" }] }),
      json({
        inputs: [{ ...tensor, data: [nested] }],
        outputs: [{ name: "output", parameters: { classification: 2 } }],
      }),
      json({ inputs: [{ ...tensor, shape: [2, 2, 3, 1], datatype: "UINT8", data: Array(12).fill(7) }] }),
    ],
    parse: (bytes) => {
      const { id, output, ...images } = readInferRequest(bytes, undefined, signature);
      return imagesOf(images, id, output);
    },
  },
  {
    name: "infer-binary",
    what: "requests, Open Inference Protocol, binary data",
    redundancy: "sizes",
    corpus: () => [
      binary("UINT8", Uint8Array.of(1, 2, 3, 4, 5, 6), { parameters: { binary_data_output: true } }),
      binary("FP32", Float32Array.from(row)),
      binary("FP16", Uint16Array.of(0x3c00, 0, 1, 0x7bff, 0x8000, 0xbc00)),
      binary("INT64", BigInt64Array.of(1n, -2n, 3n, 4n, 5n, 6n)),
    ],
    parse: (bytes) => {
      const end = Math.max(0, bytes.indexOf(10));
      const length = Buffer.from(bytes.subarray(0, end)).toString("latin1");
      const { id, output, ...images } = readInferRequest(bytes.subarray(end + 1), length, signature);
      return imagesOf(images, id, output);
    },
  },
  {
    name: "predict-request",
    what: "requests, TensorFlow Serving",
    redundancy: "rules",
    json: true,
    tokens: ["instances", "inputs", "b64", "NaN", "Infinity", "signature_name"],
    corpus: () => [
      json({ signature_name: "serving_default", instances: [nested, nested] }),
      json({ instances: [{ input: nested }] }),
      json({ inputs: { input: [nested] } }),
    ],
    parse: (bytes) => {
      const { inRows, ...images } = readPredictRequest(bytes, signature);
      return imagesOf(images, inRows);
    },
  },
  {
    name: "picture-form",
    what: "requests, forms with pictures",
    redundancy: "none",
    tokens: ["--b", "\r\n", "filename=", "content-disposition", "form-data"],
    corpus: () => [form(), form()],
    parse: async (bytes) => {
      const files = await pictureFiles(bytes, "multipart/form-data; boundary=b");
      check(files.length >= 1 && files.length <= 64, "1 to 64 files");
      const total = files.reduce((sum, one) => sum + one.bytes.length, 0);
      check(total <= bytes.length, "no more bytes than were sent");
      return fingerprint(...files.flatMap(({ name, bytes: own }) => [name, own]));
    },
  },
];
