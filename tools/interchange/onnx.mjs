// Writes models as ONNX, checks them with ONNX's checker, computes them in ONNX Runtime for Python, Node and browsers, and
// reads them again. Compares what is read from others' files with what ONNX Runtime computes. Writes the tables of
// docs/interchange.md.
//
//     npm run build && node tools/interchange/onnx.mjs --python PYTHON [--write] [--runtimes FOLDER]
//
// PYTHON has onnx and onnxruntime. FOLDER keeps onnxruntime-node and onnxruntime-web, which are installed there.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { readOnnx, writeOnnx } from "../../packages/interchange/dist/index.js";
import { exportedModels } from "../../packages/interchange/dist/onnx/models.testing.js";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    write: { type: "boolean", default: false },
    runtimes: { type: "string", default: join(tmpdir(), "heddle-onnxruntime") },
  },
});
const PAGE = fileURLToPath(new URL("../../docs/interchange.md", import.meta.url));
const SCRIPT = fileURLToPath(new URL("in_onnx.py", import.meta.url));
const VERSION = "1.30.0";
/** The largest difference allowed of an output. */
const BOUND = 1e-5;
const COUNT = 5;

const folder = mkdtempSync(join(tmpdir(), "heddle-onnx-"));
try {
  const written = await writtenModels();
  const versions = execFileSync(values.python, [SCRIPT, folder], { encoding: "utf8" });
  console.log(versions.trim());
  installRuntimes();
  const lines = [];
  let worst = 0;
  for (const { file, name, type, shape, outputs, back, weights } of written) {
    const x = readFileSync(join(folder, `${file}.x`));
    const model = readFileSync(join(folder, `${file}.onnx`));
    const errors = [
      difference(outputs, floatsOf(readFileSync(join(folder, `${file}.python`)))),
      difference(outputs, await computed("onnxruntime-node", model, { x, type, shape })),
      difference(outputs, await computed("onnxruntime-web", model, { x, type, shape })),
      back,
    ];
    worst = Math.max(
      worst,
      ...errors.map((error) => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)),
    );
    lines.push(`| ${name} | ${type} | ${errors.map(shown).join(" | ")} | ${weights} |`);
  }
  console.log(lines.join("\n"));
  if (values.write) writePage(lines);
  if (!(worst <= BOUND)) {
    console.error(`beyond ${BOUND}: ${worst}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Writes each model with an input, and reads it again. */
async function writtenModels() {
  const results = [];
  for (const [index, [name, make]] of Object.entries(exportedModels).entries()) {
    const model = make();
    const size = model.inputShape.reduce((product, one) => product * one, 1);
    const isImage = model.inputShape.length === 3;
    const images = isImage
      ? Uint8Array.from({ length: COUNT * size }, (_, at) => (at * 37 + (at >> 3) * 11) % 256)
      : Float32Array.from({ length: COUNT * size }, (_, at) => ((at * 37) % 21) / 5 - 2);
    const samples = { images, count: COUNT, shape: model.inputShape };
    const bytes = writeOnnx(model);
    const outputs = await model.predict(samples);
    const again = readOnnx(name, bytes);
    const back = difference(outputs, await again.predict(samples));
    const file = String(index);
    writeFileSync(join(folder, `${file}.onnx`), bytes);
    writeFileSync(join(folder, `${file}.x`), images);
    const bits = new Set(again.weights.map((weight) => bitsOf(weight.read())));
    const kept = model.weights.filter((weight) => bits.has(bitsOf(weight.read()))).length;
    results.push({
      ...{ file, name, outputs, back, shape: [COUNT, ...model.inputShape] },
      type: isImage ? "uint8" : "float32",
      weights: `${kept} of ${model.weights.length}`,
    });
    model.dispose();
    again.dispose();
  }
  return results;
}

function installRuntimes() {
  mkdirSync(values.runtimes, { recursive: true });
  if (readdirSync(values.runtimes).includes("node_modules")) return;
  writeFileSync(join(values.runtimes, "package.json"), '{ "private": true }');
  const packages = ["onnxruntime-node", "onnxruntime-web"].map((name) => `${name}@${VERSION}`);
  execFileSync("npm", ["install", "--no-audit", "--no-fund", ...packages], {
    cwd: values.runtimes,
    env: { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" },
    stdio: "inherit",
  });
}

/** @param {string} name @param {Uint8Array} model @param {{ x: Buffer, type: string, shape: number[] }} input */
async function computed(name, model, { x, type, shape }) {
  const require = createRequire(join(values.runtimes, "package.json"));
  const loaded = await import(pathToFileURL(require.resolve(name)).href);
  const runtime = loaded.InferenceSession ? loaded : loaded.default;
  const provider = name.endsWith("web") ? "wasm" : "cpu";
  if (provider === "wasm") runtime.env.wasm.numThreads = 1;
  const session = await runtime.InferenceSession.create(model, { executionProviders: [provider] });
  const data = type === "uint8" ? new Uint8Array(x) : floatsOf(x);
  const { output } = await session.run({ input: new runtime.Tensor(type, data, shape) });
  return /** @type {Float32Array} */ (output.data);
}

/** @param {Uint8Array} bytes */
function floatsOf(bytes) {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** @param {Float32Array} values */
function bitsOf(values) {
  return Buffer.from(values.slice().buffer).toString("base64");
}

/** @param {number} error */
function shown(error) {
  return error === 0 ? "0" : error.toExponential(0);
}

/** @param {Float32Array} a @param {Float32Array} b */
function difference(a, b) {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? Number.NaN))), 0);
}

/** @param {readonly string[]} lines */
function writePage(lines) {
  const page = readFileSync(PAGE, "utf8");
  const [before, after] = [page.split("<!-- onnx -->")[0], page.split("<!-- /onnx -->")[1]];
  const head = [
    "| model | input | ONNX Runtime in Python | in Node | in browsers | back in Heddle | weights, to the bit |",
    "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
  ];
  writeFileSync(
    PAGE,
    `${before}<!-- onnx -->\n\n${[...head, ...lines].join("\n")}\n\n<!-- /onnx -->${after}`,
  );
}
