// usage: node tools/reliability/stream.mjs [--images 2000000] [--test 10000] [--model study|small] [--data FOLDER]
// Draws a dataset larger than a gibibyte, trains one epoch on it with `heddle train --stream` in a process of its own,
// and prints the peak memory of that process. Linux: memory is read from /proc. Fails above 1 GiB.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import * as heddle from "../../packages/core/dist/index.js";
import { writeLargeSet } from "./large-set.mjs";

const LIMIT_BYTES = 2 ** 30;
const LOOK_MS = 50;
const MAIN = fileURLToPath(new URL("../../packages/heddle/bin/heddle.js", import.meta.url));

const { values } = parseArgs({
  options: {
    images: { type: "string", default: "2000000" },
    test: { type: "string", default: "10000" },
    model: { type: "string", default: "study" },
    // As large-set.mjs drew it with the same numbers.
    data: { type: "string" },
  },
});
const images = Number(values.images);
const test = Number(values.test);
const work = await mkdtemp(join(tmpdir(), "heddle-stream-"));
try {
  const data = values.data ? resolve(values.data) : join(work, "large");
  if (!values.data) {
    const onProgress = (done) => process.stderr.write(`\r${done} images drawn `);
    await writeLargeSet(data, { images, test, onProgress });
    process.stderr.write("\n");
  }
  const { peak, code, killed } = await train(data);
  if (killed) throw new Error(`The process passed ${LIMIT_BYTES} bytes and was ended.`);
  if (code !== 0) throw new Error(`heddle train ended with ${code}.`);
  const [id] = await readdir(join(work, "runs"));
  const run = JSON.parse(await readFile(join(work, "runs", id, "run.json"), "utf8"));
  const evaluation = JSON.parse(await readFile(join(work, "runs", id, "evaluation.json"), "utf8"));
  const { batchSize } = run.configuration;
  const { size } = await stat(join(data, "train-images-idx3-ubyte"));
  const rows = [
    ["training images", images.toLocaleString("en")],
    ["their file, bytes", size.toLocaleString("en")],
    ["model", values.model],
    ["steps", `${Math.ceil(images / batchSize).toLocaleString("en")} of ${batchSize} images`],
    ["test images, streamed too", evaluation.evaluation.images.toLocaleString("en")],
    ["peak memory of the process (VmHWM), MiB", (peak / 2 ** 20).toFixed(0)],
    ["limit, MiB", LIMIT_BYTES / 2 ** 20],
    ["version", `Heddle ${run.versions.heddle}, Node ${run.versions.node}`],
  ];
  for (const [what, figure] of rows) console.log(`| ${what} | ${figure} |`);
  if (peak >= LIMIT_BYTES) process.exitCode = 1;
} finally {
  await rm(work, { recursive: true, force: true });
}

/** Trains an epoch, and kills the process if it holds too much memory. */
async function train(data) {
  const args = ["train", ...(await modelArgs()), "--stream", "--data", data, "--epochs", "1"];
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: work,
    stdio: ["ignore", "inherit", "inherit"],
  });
  let peak = 0;
  let killed = false;
  const look = async () => {
    if (!existsSync(`/proc/${child.pid}/status`)) return;
    const status = await readFile(`/proc/${child.pid}/status`, "utf8").catch(() => "");
    const found = /VmHWM:\s+(\d+) kB/.exec(status);
    if (!found) return;
    // The kernel keeps the highest, so nothing is missed between two readings.
    peak = Math.max(peak, Number(found[1]) * 1024);
    if (peak < LIMIT_BYTES || killed) return;
    killed = true;
    child.kill("SIGKILL");
  };
  const timer = setInterval(look, LOOK_MS);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(timer);
  return { peak, code, killed };
}

/** The study's network is the default; the small one gets through millions of images in minutes. */
async function modelArgs() {
  if (values.model === "study") return [];
  const { Conv2D, Dense, Flatten, Input, MaxPooling2D, Rescaling, Sequential } = heddle;
  const model = new Sequential([
    new Input([28, 28, 1]),
    new Rescaling(1 / 255),
    new MaxPooling2D(2),
    new Conv2D(8, 3, { activation: "relu" }),
    new MaxPooling2D(2),
    new Flatten(),
    new Dense(10, { activation: "softmax" }),
  ]);
  const file = join(work, "small.json");
  await writeFile(file, JSON.stringify(model.toJson()));
  return [file];
}
