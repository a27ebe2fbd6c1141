// Trains models here, opens them in real Keras, compares, trains on in both, brings Keras's back, and compares again.
// Writes the table of docs/interchange.md.
//
//     npm run build && node tools/interchange/keras.mjs --python PYTHON [--write]
//
// PYTHON has Keras 3 and TensorFlow.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { exportModel, importModel } from "../../packages/interchange/dist/index.js";
import { cases, samples } from "./models.mjs";

const { values } = parseArgs({
  options: { python: { type: "string", default: "python3" }, write: { type: "boolean", default: false } },
});
const PAGE = fileURLToPath(new URL("../../docs/interchange.md", import.meta.url));
const SCRIPT = fileURLToPath(new URL("in_keras.py", import.meta.url));
const BATCH = 16;
const COUNT = 80;
/** Two epochs of five batches: ten steps. */
const MORE = { epochs: 2, batchSize: BATCH, shuffle: false };
/** The largest differences allowed: of predictions, after ten more steps in both, and of weights brought back. */
const BOUNDS = { predictions: 1e-5, trained: 1e-4, back: 1e-5 };

const folder = mkdtempSync(join(tmpdir(), "heddle-keras-"));
try {
  const rows = await compared();
  const failed = rows.filter(({ errors }) =>
    Object.entries(errors).some(([what, error]) => !(error <= BOUNDS[/** @type {"back"} */ (what)])),
  );
  const lines = rows.map(({ model, optimizer, errors }) => {
    const numbers = Object.values(errors).map((error) => (error === 0 ? "0" : error.toExponential(0)));
    return `| .keras | ${model} | ${optimizer} | ${numbers.join(" | ")} |`;
  });
  console.log(lines.join("\n"));
  if (values.write) {
    const page = readFileSync(PAGE, "utf8");
    const [before, after] = [page.split("<!-- keras -->")[0], page.split("<!-- /keras -->")[1]];
    writeFileSync(PAGE, `${before}<!-- keras -->\n\n${table(lines)}\n\n<!-- /keras -->${after}`);
  }
  if (failed.length > 0) {
    console.error(`${failed.length} beyond ${JSON.stringify(BOUNDS)}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** @param {readonly string[]} lines */
function table(lines) {
  const head = [
    "| format | model | optimizer | predictions in Keras | after ten more steps in both | back in Heddle |",
    "| --- | --- | --- | ---: | ---: | ---: |",
  ];
  return [...head, ...lines].join("\n");
}

async function compared() {
  const written = [];
  for (const [index, [create, optimizer, createOptimizer]] of cases.entries()) {
    const model = create();
    const data = samples(model.inputShape, COUNT);
    model.compile({
      optimizer: createOptimizer(),
      loss: "sparseCategoricalCrossentropy",
      metrics: ["accuracy"],
    });
    await model.fit(data, { ...MORE, epochs: 3 });
    const name = `${index}`;
    for (const [file, bytes] of Object.entries(await exportModel(model, "keras", { name }))) {
      writeFileSync(join(folder, file), bytes);
    }
    const now = await model.predict(data);
    const weights = model.getWeights();
    await model.fit(data, { ...MORE, epochs: 2 });
    const later = await model.predict(data);
    model.dispose();
    writeFileSync(join(folder, `${name}.x`), data.images);
    writeFileSync(join(folder, `${name}.y`), data.labels);
    written.push({ name, model: model.name, optimizer, data, now, later, weights });
  }
  const environment = { ...process.env, KERAS_BACKEND: "tensorflow", TF_ENABLE_ONEDNN_OPTS: "0" };
  execFileSync(values.python, [SCRIPT, folder, String(BATCH)], {
    env: { ...environment, TF_CPP_MIN_LOG_LEVEL: "2" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const rows = [];
  for (const { name, model, optimizer, data, now, later, weights } of written) {
    const floats = (/** @type {string} */ ending) => {
      const bytes = readFileSync(join(folder, `${name}.${ending}`));
      return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
    };
    // Keras wrote what it had read, and then what it had trained.
    const same = await importModel({ [name]: readFileSync(join(folder, `${name}-same.keras`)) });
    const isSame = same
      .getWeights()
      .every(({ values: own }, at) => difference(own, weights[at]?.values) === 0);
    if (!isSame) throw new Error(`${model}, ${optimizer}: other weights came back from Keras`);
    const back = await importModel({ [name]: readFileSync(join(folder, `${name}-trained.keras`)) });
    const errors = {
      predictions: difference(now, floats("now")),
      trained: difference(later, floats("later")),
      back: difference(await back.predict(data), floats("later")),
    };
    back.dispose();
    rows.push({ model, optimizer, errors });
  }
  return rows;
}

/** @param {Float32Array} a @param {Float32Array | undefined} b */
function difference(a, b) {
  if (a.length !== b?.length) return Number.NaN;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}
