// Models: their JSON, weights, checkpoints, recipes.
import { createHash } from "node:crypto";
import { parseJson } from "../../packages/core/dist/base/json.js";
import { checkpointFile, readCheckpoint } from "../../packages/core/dist/callbacks/checkpoint-file.js";
import { readSafetensors, writeSafetensors } from "../../packages/core/dist/formats/safetensors.js";
import * as heddle from "../../packages/core/dist/index.js";
import { modelFromJson } from "../../packages/core/dist/model/load.js";
import { readRecipe, recipeOf } from "../../packages/core/dist/recipes/recipe.js";
import { asText, bytesOf, check, fingerprint } from "./check.mjs";

const json = (/** @type {unknown} */ value) => bytesOf(JSON.stringify(value));

function models() {
  const { Sequential, Input, Model, input } = heddle;
  const small = new Sequential([
    new Input([6, 6, 1]),
    new heddle.Rescaling(1 / 255),
    new heddle.RandomTranslation(0.1, 0.1, { fillMode: "constant" }),
    new heddle.Conv2D(2, 3, {
      activation: "relu",
      kernelRegularizer: new heddle.L2(1e-4),
      kernelConstraint: "maxNorm",
    }),
    new heddle.BatchNormalization(),
    new heddle.MaxPooling2D(2),
    new heddle.Dropout(0.4),
    new heddle.Flatten(),
    new heddle.Dense(3, { activation: "softmax", kernelInitializer: new heddle.HeNormal() }),
  ]);
  const other = new Sequential([
    new Input([6, 6, 2]),
    new heddle.Normalization({ mean: [0.5, 0.25], variance: [1, 2] }),
    new heddle.SeparableConv2D(3, 3, { padding: "same" }),
    new heddle.LayerNormalization(),
    new heddle.ZeroPadding2D([[1, 0], 1]),
    new heddle.UpSampling2D(2),
    new heddle.DepthwiseConv2D(3, { strides: 2 }),
    new heddle.Reshape([-1, 1, 3]),
    new heddle.GlobalAveragePooling2D(),
    new heddle.Dense(2),
  ]);
  // Small, so that a size of 65536 costs less than a second: a model takes time in proportion to its weights.
  const x = input([2, 2, 2]);
  const a = new heddle.Conv2D(2, 3, { padding: "same", activation: "relu" }).apply(x);
  const sum = new heddle.Add().apply([a, x]);
  const both = new heddle.Concatenate().apply([sum, a]);
  const y = new heddle.Dense(2, { activation: "softmax" }).apply(new heddle.Flatten().apply(both));
  return [small, other, new Model({ inputs: x, outputs: y })];
}

const tensors = [
  {
    name: "conv/kernel",
    shape: [2, 3],
    values: Float32Array.of(1, -2, 3.5, 0, 1e-45, Number.POSITIVE_INFINITY),
  },
  { name: "bias", shape: [1], values: Float32Array.of(7) },
  { name: "nothing", shape: [0, 4], values: new Float32Array(0) },
];

/** A whole safetensors file whose header is another. @param {Uint8Array} bytes @param {(header: string) => string} change */
function withHeader(bytes, change) {
  if (bytes.length < 8) return bytes;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (length > bytes.length - 8) return bytes;
  const header = Buffer.from(change(Buffer.from(bytes.subarray(8, 8 + length)).toString("latin1")), "latin1");
  const result = new Uint8Array(8 + header.length + bytes.length - 8 - length);
  new DataView(result.buffer).setBigUint64(0, BigInt(header.length), true);
  result.set(header, 8);
  result.set(bytes.subarray(8 + length), 8 + header.length);
  return result;
}

const SUM = /("checksum":")[0-9a-f]{64}/;

/** The file with the checksum that it should have. @param {Uint8Array} bytes */
function sealed(bytes) {
  const blank = withHeader(bytes, (header) => header.replace(SUM, `$1${"0".repeat(64)}`));
  const sum = createHash("sha256").update(blank).digest("hex");
  return withHeader(blank, (header) => header.replace(SUM, `$1${sum}`));
}

/** @type {() => Promise<Uint8Array[]>} */
const checkpoints = async () => {
  const of = (/** @type {number} */ epoch) => ({
    ...{ epoch, epochs: 3, steps: 120, stopped: false, learningRate: 0.003 },
    underWay:
      epoch === 1
        ? undefined
        : { steps: 4, seconds: 1.5, sums: { loss: 1, activity: 0, penalty: 0, correct: 7, samples: 9 } },
    weights: [Float32Array.of(1, 2, 3), Float32Array.of(4)],
    slots: [Float32Array.of(0.5, 0.25)],
    memories: [{ numbers: { best: 0.5, wait: 1 }, arrays: [Float32Array.of(9)] }],
  });
  const notes = { model: "study", dataset: "fashion-mnist" };
  return Promise.all([1, 2].map((epoch) => checkpointFile({ state: /** @type {any} */ (of(epoch)), notes })));
};

/** @param {Uint8Array} bytes */
async function parseCheckpoint(bytes) {
  const { state, notes } = await readCheckpoint("a checkpoint", bytes);
  const { weights, slots, memories, ...numbers } = state;
  const arrays = [...weights, ...slots, ...memories.flatMap((memory) => memory.arrays)];
  return fingerprint(
    ...arrays,
    numbers,
    notes,
    memories.map((memory) => memory.numbers),
  );
}

const words = [
  "Conv2D",
  "Dense",
  "Flatten",
  "Add",
  "Concatenate",
  "InputLayer",
  "Sequential",
  "Functional",
  "constructor",
].concat([
  ...[
    "__proto__",
    "toString",
    "Orthogonal",
    "Identity",
    "MaxNorm",
    "L1L2",
    "relu",
    "softmax",
    "same",
    "dense",
    "input",
  ],
  ...[
    "RandomZoom",
    "RandomErasing",
    "Resizing",
    "CenterCrop",
    "GlobalMaxPooling2D",
    "Multiply",
    "LayerNormalization",
  ],
]);

/** @type {readonly import("./targets.mjs").Target[]} */
export const modelTargets = [
  {
    name: "safetensors",
    what: "weights, safetensors",
    redundancy: "sizes",
    corpus: () => [writeSafetensors(tensors), writeSafetensors(tensors.slice(0, 2), { note: "é" })],
    fields: [0, 1, 2, 3, 4, 7],
    tokens: [
      '"F32"',
      '"F16"',
      '"BF16"',
      '"F64"',
      '"I64"',
      '"BOOL"',
      "[0,4]",
      "[0,24]",
      "[1e9,1e9]",
      '"__proto__":',
      '"shape":',
      '"data_offsets":',
      "__metadata__",
    ],
    parse: (bytes) => {
      const read = readSafetensors("a", bytes);
      const headerBytes = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
      const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes)));
      const data = [...read].reduce((sum, [name, { values }]) => {
        const [start, end] = header[name].data_offsets;
        check(values.length === 0 || (end - start) % values.length === 0, "as many bytes for each element");
        return sum + end - start;
      }, 0);
      check(8 + headerBytes + data === bytes.length, "every byte to belong to the header or one tensor");
      const again = readSafetensors("a", writeSafetensors([...read.values()]));
      check(again.size === read.size, "what was read to be written and read again");
      return fingerprint(...[...read.values()].map(({ values }) => values));
    },
  },
  {
    name: "checkpoint",
    what: "checkpoints",
    redundancy: "checksum",
    corpus: checkpoints,
    fields: [0, 1, 2, 7],
    tokens: ['"F32"', '"checksum":"', "__metadata__"],
    parse: parseCheckpoint,
  },
  {
    name: "checkpoint-sealed",
    what: "checkpoints with a corrected checksum",
    redundancy: "none",
    corpus: checkpoints,
    tokens: [
      '\\"epoch\\":',
      '{\\"toString\\":1}',
      '\\"weights\\":',
      "1e999",
      "null",
      "[]",
      "{}",
      '\\"__proto__\\":',
      "99999999",
    ],
    seal: sealed,
    parse: parseCheckpoint,
  },
  {
    name: "model",
    what: "models, Keras's JSON",
    redundancy: "rules",
    json: true,
    corpus: () => models().map((model) => json(model.toJson())),
    tokens: words,
    parse: (bytes) =>
      asText(bytes, (text) => {
        const model = modelFromJson("config.json", parseJson("config.json", text));
        check(model.parameters <= 2 ** 27, "at most 2^27 parameters");
        const written = JSON.stringify(model.toJson());
        const again = modelFromJson("config.json", JSON.parse(written));
        check(JSON.stringify(again.toJson()) === written, "what was read to be written and read again");
        model.summary();
        model.lower();
        return fingerprint(written);
      }),
  },
  {
    name: "recipe",
    what: "recipes",
    redundancy: "rules",
    json: true,
    corpus: () => [
      json({
        heddleRecipe: 1,
        title: "A",
        model: "study",
        augment: { flip: "horizontal", zoom: 0.1 },
        epochs: 4,
        seed: 42,
      }),
      json({
        heddleRecipe: 1,
        optimizer: "sgd",
        learningRate: 0.1,
        momentum: 0.9,
        schedule: "cosine",
        augment: "flip,zoom=0.2",
      }),
      json({
        heddleRecipe: 1,
        model: models()[0]?.toJson(),
        l2: 1e-4,
        dropout: 0.5,
        classWeights: "balanced",
        fast: false,
      }),
    ],
    tokens: [
      "adam",
      "one-cycle",
      "horizontal",
      "translation=0.1,flip",
      "none",
      "__proto__",
      "x".repeat(100_000),
      ...words,
    ],
    parse: (bytes) =>
      asText(bytes, (text) => {
        const value = parseJson("recipe.json", text);
        if (typeof value !== "object" || value === null || Array.isArray(value)) return "no object";
        const settings = readRecipe("recipe.json", /** @type {any} */ (value));
        const written = JSON.stringify(recipeOf(settings));
        const again = recipeOf(readRecipe("recipe.json", JSON.parse(written)));
        check(JSON.stringify(again) === written, "what was read to be written and read again");
        return fingerprint(written);
      }),
  },
];
