// Layers models that real TensorFlow.js writes and predicts with, for packages/interchange/src/tfjs/golden.test.ts. The
// quantised ones have the layout of tensorflowjs_converter: groups of several files, zero among the values.
//
//     node tools/golden/tfjs-models.mjs [--runtimes FOLDER]
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { RUNTIMES, runtime } from "../interchange/runtimes.mjs";

const { values } = parseArgs({ options: { runtimes: { type: "string", default: RUNTIMES } } });
const tf = await runtime("@tensorflow/tfjs", values.runtimes);
await tf.setBackend("cpu");
const { layers } = tf;
const TARGET = new URL("../../tests/golden/tfjs-models.json", import.meta.url);
/** @type {unknown[]} */
const cases = [];

/** What tf.io.http posts is what TensorFlow.js's savers write. @param {any} model @param {object} [options] */
async function saved(model, options) {
  /** @type {FormData | undefined} */
  let form;
  const fetchFunc = async (/** @type {string} */ _, /** @type {{ body: FormData }} */ { body }) => {
    form = body;
    return { ok: true, status: 200 };
  };
  await model.save(tf.io.http("http://localhost/", { fetchFunc }), options);
  /** @type {Record<string, Uint8Array>} */
  const files = {};
  for (const file of form?.values() ?? []) {
    if (typeof file !== "string") files[file.name] = new Uint8Array(await file.arrayBuffer());
  }
  return files;
}

/** @param {Record<string, Uint8Array>} files */
async function opened(files) {
  const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
  const list = [new File([/** @type {any} */ (files["model.json"])], "model.json")];
  for (const path of json.weightsManifest.flatMap((/** @type {any} */ group) => group.paths)) {
    list.push(new File([/** @type {any} */ (files[path.replace("./", "")])], path.replace("./", "")));
  }
  return tf.loadLayersModel(
    tf.io.fromMemory({
      ...json,
      weightSpecs: json.weightsManifest.flatMap((/** @type {any} */ group) => group.weights),
      weightData: await new Blob(list.slice(1)).arrayBuffer(),
    }),
  );
}

/** @param {string} name @param {Record<string, Uint8Array>} files @param {any} x */
async function add(name, files, x) {
  const model = await opened(files);
  cases.push({
    name,
    files: Object.fromEntries(
      Object.entries(files).map(([file, bytes]) => [file, Buffer.from(bytes).toString("base64")]),
    ),
    shape: x.shape.slice(1),
    x: [...(await x.data())],
    predictions: [...(await model.predict(x).data())],
  });
}

const chain = tf.sequential({
  name: "chain",
  layers: [
    layers.rescaling({ scale: 1 / 128, offset: -1, inputShape: [10, 9, 3] }),
    layers.conv2d({
      ...{ filters: 4, kernelSize: 3, activation: "relu", name: "first", kernelInitializer: "heNormal" },
      kernelRegularizer: tf.regularizers.l2({ l2: 1e-4 }),
      kernelConstraint: tf.constraints.maxNorm({ maxValue: 3, axis: 0 }),
    }),
    layers.batchNormalization(),
    layers.reLU({ maxValue: 6 }),
    layers.maxPooling2d({ poolSize: 3, strides: 2, padding: "same" }),
    layers.separableConv2d({ filters: 5, kernelSize: 3, padding: "same", activation: "swish" }),
    layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, kernelInitializer: "leCunNormal" }),
    layers.prelu({ sharedAxes: [1, 2], alphaInitializer: tf.initializers.constant({ value: 0.1 }) }),
    layers.leakyReLU(),
    layers.layerNormalization(),
    layers.globalAveragePooling2d({}),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 4, activation: "softmax", name: "probs" }),
  ],
});
chain.compile({
  optimizer: tf.train.adam(1e-3),
  loss: "sparseCategoricalCrossentropy",
  metrics: ["accuracy"],
});
const x = tf.randomUniform([6, 10, 9, 3], 0, 255, "float32", 3).round();
await chain.fit(x, tf.tensor1d([0, 1, 2, 3, 0, 1]), { epochs: 2, verbose: 0 });
await add("chain", await saved(chain), x);
await add("chain-trained", await saved(chain, { includeOptimizer: true }), x);

const input = tf.input({ shape: [8, 8, 3], name: "pixels" });
const shared = layers.conv2d({
  filters: 3,
  kernelSize: 3,
  padding: "same",
  activation: "gelu",
  name: "shared",
});
const inner = tf.sequential({
  name: "inner",
  layers: [
    layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [8, 8, 3], name: "point" }),
    layers.activation({ activation: "elu" }),
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [0, 2],
      ],
    }),
    layers.cropping2D({
      cropping: [
        [1, 0],
        [0, 2],
      ],
    }),
  ],
});
const twice = shared.apply(shared.apply(input));
const merged = layers
  .concatenate()
  .apply([
    layers.add().apply([twice, inner.apply(input)]),
    layers.multiply().apply([twice, input]),
    layers.average().apply([twice, input]),
    layers.maximum().apply([twice, input]),
  ]);
const small = layers.averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }).apply(merged);
const flat = layers.flatten().apply(layers.upSampling2d({ size: [2, 1] }).apply(small));
const graph = tf.model({ name: "graph", inputs: input, outputs: layers.dense({ units: 3 }).apply(flat) });
const noise = tf.randomNormal([4, 8, 8, 3], 0, 1, "float32", 5);
const whole = await saved(graph);
await add("graph", whole, noise);

/** Whole numbers as the converter makes them. @param {Float32Array} data @param {number} levels */
function quantised(data, levels) {
  // Zero is kept exactly.
  const low = Math.min(0, ...data);
  const high = Math.max(0, ...data);
  const scale = (high - low) / levels || 1;
  const zero = Math.round(-low / scale);
  const bytes = levels === 255 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  data.forEach((value, at) => {
    bytes[at] = Math.min(levels, Math.max(0, Math.round(value / scale) + zero));
  });
  return { scale, min: -zero * scale, bytes: new Uint8Array(bytes.buffer) };
}

/** @param {Record<string, Uint8Array>} files @param {"uint8" | "uint16" | "float16"} dtype */
function converted(files, dtype) {
  const json = JSON.parse(new TextDecoder().decode(files["model.json"]));
  const data = /** @type {Uint8Array} */ (files["model.weights.bin"]);
  const { weights } = json.weightsManifest[0];
  let at = 0;
  /** @type {Record<string, Uint8Array>} */
  const shards = {};
  // A group of its own for the first weight; the rest in two files, cut anywhere.
  const groups = [weights.slice(0, 1), weights.slice(1)].map((own, number) => {
    const parts = [];
    for (const weight of own) {
      const size = weight.shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
      const floats = new Float32Array(data.slice(at, at + 4 * size).buffer);
      at += 4 * size;
      if (dtype === "float16") {
        weight.quantization = { dtype, original_dtype: "float32" };
        parts.push(new Uint8Array(Uint16Array.from(floats, half).buffer));
      } else {
        const { bytes, ...rest } = quantised(floats, dtype === "uint8" ? 255 : 65535);
        weight.quantization = { dtype, ...rest, original_dtype: "float32" };
        parts.push(bytes);
      }
    }
    const bytes = Buffer.concat(parts);
    const cuts = number === 0 ? [bytes] : [bytes.subarray(0, 101), bytes.subarray(101)];
    const paths = cuts.map((_, index) => `group${number + 1}-shard${index + 1}of${cuts.length}.bin`);
    cuts.forEach((cut, index) => {
      shards[/** @type {string} */ (paths[index])] = new Uint8Array(cut);
    });
    return { paths, weights: own };
  });
  const text = JSON.stringify({ ...json, weightsManifest: groups });
  return { "model.json": new TextEncoder().encode(text), ...shards };
}

/** @param {number} value */
function half(value) {
  const scratch = new DataView(new ArrayBuffer(4));
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const exponent = ((bits >> 23) & 255) - 112;
  // Weights below 2^-14 become zero here: the file is right for whoever reads it.
  if (exponent <= 0) return (bits >> 16) & 0x8000;
  return ((bits >> 16) & 0x8000) | (exponent << 10) | ((bits >> 13) & 1023);
}

for (const dtype of /** @type {const} */ (["uint8", "uint16", "float16"])) {
  await add(`graph-${dtype}`, converted(whole, dtype), noise);
}
writeFileSync(TARGET, `${JSON.stringify({ tfjs: tf.version.tfjs, cases })}\n`);
console.log(cases.map((one) => /** @type {any} */ (one).name).join(", "));
