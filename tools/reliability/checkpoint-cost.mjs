// What checkpoints cost: trains the study's CNN with and without one after each epoch, in turn, and times the writing
// itself. On Fashion-MNIST if HEDDLE_DATA names the folder of datasets, otherwise on drawn images. Needs a quiet machine.
// usage: node tools/reliability/checkpoint-cost.mjs [--epochs 5] [--threads N] [--limit 60000] [--folder DIR: on the disk]
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { Adam } from "../../packages/core/dist/index.js";
import { studyModel } from "../../packages/core/dist/recipes/study-recipe.js";
import { Checkpoints, loadDataset } from "../../packages/heddle/dist/node.js";

const { values } = parseArgs({
  options: {
    epochs: { type: "string", default: "5" },
    threads: { type: "string", default: String(availableParallelism()) },
    limit: { type: "string", default: "60000" },
    folder: { type: "string", default: tmpdir() },
  },
});
const [epochs, threads, limit] = [values.epochs, values.threads, values.limit].map((text) => {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new Error(`expected whole numbers of at least 1, received ${text}`);
});
const name = process.env.HEDDLE_DATA ? "fashion-mnist" : "fashion-sketch";
const { dataset } = await loadDataset(name, { sketch: { train: limit, test: 1 } });
const { images, labels, shape } = dataset.train;
const count = Math.min(limit, dataset.train.count);
const size = shape.reduce((product, side) => product * side, 1);
const train = { shape, count, images: images.subarray(0, count * size), labels: labels.subarray(0, count) };

const folder = mkdtempSync(join(values.folder, "heddle-checkpoint-cost-"));
/** Milliseconds of each epoch from its start to the next one's, by whether a checkpoint is written in it. */
const times = { with: [], without: [] };
/** Milliseconds of each write: state, file, checksum, sync, rename, and the removal of the third. */
const writes = [];
let bytes = 0;
try {
  const checkpoints = new Checkpoints(folder);
  const model = studyCnn();
  let began = 0;
  const timed = {
    onEpochBegin: () => {
      began = performance.now();
    },
    onEpochEnd: async (logs, training) => {
      // The first two warm up, one of each kind.
      const kind = logs.epoch % 2 === 0 ? "with" : "without";
      if (kind === "with") {
        const started = performance.now();
        const state = await training.getState();
        await checkpoints.write({ state, notes: {} }, { last: 2, bestEpoch: undefined });
        if (logs.epoch > 2) writes.push(performance.now() - started);
        bytes = statSync((await checkpoints.list()).at(-1).path).size;
      }
      if (logs.epoch > 2) times[kind].push(performance.now() - began);
    },
  };
  await model.fit(train, { epochs: 2 + 2 * epochs, batchSize: 64, callbacks: [timed] });
  const { variant } = await model.engine();
  model.dispose();
  print(variant);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function studyCnn() {
  const model = studyModel({ input: [28, 28, 1], classes: 10, seed: 42 });
  model.compile({ optimizer: new Adam(), threads });
  return model;
}

function print(variant) {
  const [plain, kept, write] = [times.without, times.with, writes].map(median);
  const share = (ms) => `${((100 * ms) / plain).toFixed(2)}%`;
  const spread = (list) => `${Math.min(...list).toFixed(1)} to ${Math.max(...list).toFixed(1)}`;
  const rows = [
    ["an epoch without a checkpoint, ms", plain.toFixed(1), spread(times.without)],
    ["an epoch with one, ms", kept.toFixed(1), spread(times.with)],
    ["the difference, of an epoch", share(kept - plain), ""],
    ["writing one, ms", write.toFixed(2), spread(writes)],
    ["writing one, of an epoch", share(write), ""],
  ];
  console.log(
    `The study's CNN (50,890 parameters) with Adam, ${train.count.toLocaleString("en")} images of ${name}, batches of 64, ` +
      `${threads} threads, ${variant}; ${epochs} epochs of each kind in turn; a checkpoint has ${bytes.toLocaleString("en")} bytes.\n` +
      `Node ${process.versions.node}, ${cpus()[0].model}\n`,
  );
  for (const [what, middle, range] of [["", "median", "range"], ...rows])
    console.log(`${what.padEnd(36)}${middle.padStart(12)}  ${range}`);
}

function median(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
