// Writes models of many kinds in each format, opens them in the program that the format is for, and compares their answers
// with the receipts; reads them again, and compares the weights. Writes the table of docs/interchange.md.
//
//     npm run build && node tools/interchange/matrix.mjs --python PYTHON [--write] [--runtimes FOLDER]
//
// PYTHON has Keras 3 with TensorFlow, onnx and onnxruntime. FOLDER keeps the packages of npm, which are installed there.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as heddle from "../../packages/core/dist/index.js";
import { verifyExport } from "../../packages/heddle/dist/jobs/verify-export/verify-export.js";
import { exportModel, importModel } from "../../packages/interchange/dist/index.js";
import { exportedModels } from "../../packages/interchange/dist/onnx/models.testing.js";
import { RUNTIMES, runtime } from "./runtimes.mjs";

const { values } = parseArgs({
  options: {
    python: { type: "string", default: "python3" },
    write: { type: "boolean", default: false },
    runtimes: { type: "string", default: RUNTIMES },
  },
});
const PAGE = fileURLToPath(new URL("../../docs/interchange.md", import.meta.url));

/** Where each format is opened: by a Python, or by a package in a folder of its own. */
const PROGRAMS = /** @type {const} */ ([
  { title: "Keras", format: "keras", python: true },
  { title: "TensorFlow.js", format: "tfjs", name: "@tensorflow/tfjs" },
  { title: "ONNX Runtime in Python", format: "onnx", python: true },
  { title: "in Node", format: "onnx", name: "onnxruntime-node" },
  { title: "in browsers", format: "onnx", name: "onnxruntime-web" },
]);
const FORMATS = /** @type {const} */ (["keras", "tfjs", "onnx", "safetensors"]);

/** Blocks as in DenseNet and Inception: branches that are joined. */
function joined() {
  const x = heddle.input([16, 16, 3]);
  let y = new heddle.Conv2D(6, 3, { padding: "same" }).apply(new heddle.Rescaling(1 / 255).apply(x));
  for (const filters of [4, 6]) {
    const normal = new heddle.ReLU().apply(new heddle.BatchNormalization().apply(y));
    const a = new heddle.Conv2D(filters, 3, { padding: "same", useBias: false }).apply(normal);
    const b = new heddle.AveragePooling2D(3, { strides: 1, padding: "same" }).apply(normal);
    const c = new heddle.Conv2D(filters, [1, 5], { padding: "same", activation: "silu" }).apply(normal);
    y = new heddle.MaxPooling2D(2).apply(new heddle.Concatenate().apply([y, a, b, c]));
  }
  const outputs = new heddle.Dense(4, { activation: "softmax" }).apply(
    new heddle.GlobalAveragePooling2D().apply(y),
  );
  return new heddle.Model({ inputs: x, outputs }, { name: "joined", seed: 7 });
}

const models = { ...exportedModels, "joined branches": joined };
const folder = mkdtempSync(join(tmpdir(), "heddle-matrix-"));
/** @type {Set<string>} */
const versions = new Set();
let failed = 0;
try {
  for (const program of PROGRAMS) {
    if ("name" in program) await runtime(program.name, join(values.runtimes, program.name));
  }
  const lines = [];
  for (const [number, [name, make]] of Object.entries(models).entries()) {
    const model = make();
    model.compile({ threads: 1 });
    /** @type {Record<string, string>} */
    const paths = {};
    const back = [];
    for (const format of FORMATS) {
      const place = join(folder, `${number}-${format}`);
      mkdirSync(place);
      try {
        const files = await exportModel(model, format, { name: "model", onWarning: () => {} });
        for (const [file, bytes] of Object.entries(files)) writeFileSync(join(place, file), bytes);
        paths[format] = join(place, /** @type {string} */ (Object.keys(files)[0]));
        back.push(await weightsBack(model, files));
      } catch (thrown) {
        console.log(`${name}, ${format}: ${thrown instanceof Error ? thrown.message : thrown}`);
        back.push("–");
      }
    }
    model.dispose();
    if (paths["onnx"]) checked(paths["onnx"]);
    // Keras crops nothing outside of training: docs/keras-differences.md.
    const isCropped = model.layers.some(({ className }) => className === "RandomCrop");
    const errors = [];
    for (const program of PROGRAMS) {
      const path = program.format === "keras" && isCropped ? undefined : paths[program.format];
      errors.push(await answered(program, path));
    }
    lines.push(`| ${name} | ${[...errors, ...back].join(" | ")} |`);
    console.log(lines.at(-1));
  }
  console.log([...versions].join("; "));
  if (values.write) writePage(lines);
  if (failed > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How many weights come back with the same bits. @param {heddle.Model} model @param {Readonly<Record<string, Uint8Array>>} files */
async function weightsBack(model, files) {
  const again = await importModel(files, { onWarning: () => {} });
  const bits = (/** @type {Float32Array} */ numbers) =>
    Buffer.from(numbers.slice().buffer).toString("base64");
  const found = new Set(again.weights.map((weight) => bits(weight.read())));
  const kept = model.weights.filter((weight) => found.has(bits(weight.read()))).length;
  again.dispose();
  // ONNX has a dense kernel after a flattened image in another order, which reading undoes.
  if (kept !== model.weights.length) failed++;
  return `${kept} of ${model.weights.length}`;
}

/** @param {string} path */
function checked(path) {
  const program = `import onnx, sys; onnx.checker.check_model(onnx.load(sys.argv[1]), full_check=True)`;
  execFileSync(values.python, ["-c", program, path], { stdio: ["ignore", "ignore", "inherit"] });
}

/** The largest difference of an answer. @param {(typeof PROGRAMS)[number]} program @param {string | undefined} path */
async function answered(program, path) {
  if (path === undefined) return "–";
  const before = process.cwd();
  if ("name" in program) process.chdir(join(values.runtimes, program.name));
  try {
    const check = await verifyExport(path, "python" in program ? { python: values.python } : {});
    versions.add(check.by);
    if (!check.passed) {
      failed++;
      console.log(`${path}: ${check.reason}, ${check.largestDifference}, by ${check.by}`);
    }
    return check.largestDifference.toExponential(0);
  } finally {
    process.chdir(before);
  }
}

/** @param {readonly string[]} lines */
function writePage(lines) {
  const page = readFileSync(PAGE, "utf8");
  const [before, after] = [page.split("<!-- matrix -->")[0], page.split("<!-- /matrix -->")[1]];
  const columns = [...PROGRAMS.map(({ title }) => title), ...FORMATS.map((format) => `back from ${format}`)];
  const head = [`| model | ${columns.join(" | ")} |`, `| --- |${" ---: |".repeat(columns.length)}`];
  const text = `Opened by ${[...versions].join(", ")}.\n\n${[...head, ...lines].join("\n")}`;
  writeFileSync(PAGE, `${before}<!-- matrix -->\n\n${text}\n\n<!-- /matrix -->${after}`);
}
