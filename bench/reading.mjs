// How long it takes to read 60,000 images as a table and as picture files, in this build and in others, in turn.
//
//   node bench/reading.mjs                             # this build
//   node bench/reading.mjs --against ../heddle-before  # and another checkout, which is built
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    images: { type: "string", default: "60000" },
    against: { type: "string", multiple: true, default: [] },
  },
});
const self = fileURLToPath(new URL("..", import.meta.url));
const builds = [self, ...values.against.map((path) => resolve(path))];

/** What a build offers programs in Node: a workspace's package, or a repository that is one. */
function entryOf(build) {
  const paths = ["packages/heddle/dist/node.js", "dist/node.js"].map((path) => join(build, path));
  const path = paths.find(existsSync);
  if (path === undefined) throw new Error(`reading: ${build} has no ${paths[0]}: build it`);
  return pathToFileURL(path).href;
}

/** Reads in a fresh process; the time is that of the reading, without the start of Node. */
const READ = `
  const [entry, path] = process.argv.slice(1);
  const { loadDataset } = await import(entry);
  const from = performance.now();
  const { dataset } = await loadDataset(path, { holdOut: "none" });
  console.log(JSON.stringify({ seconds: (performance.now() - from) / 1000, images: dataset.train.count }));`;

function read(build, path) {
  const words = ["--input-type=module", "-e", READ, "--", entryOf(build), path];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`reading: ${build}: ${stderr}`);
  const found = JSON.parse(stdout);
  if (found.images !== Number(values.images)) throw new Error(`reading: ${found.images} images in ${path}`);
  return found.seconds;
}

/** Writes the first images of Fashion-MNIST in two forms: a table, and a PNG an image in a folder for each class. */
function write(folder) {
  const heddle = (...words) => {
    const all = [join(self, "packages/heddle/bin/heddle.js"), ...words];
    const { status, stderr } = spawnSync(process.execPath, all, { encoding: "utf8" });
    if (status !== 0) throw new Error(`reading: ${words.join(" ")}: ${stderr}`);
  };
  for (const [form, name] of [
    ["csv", "tables"],
    ["images", "pictures"],
  ]) {
    heddle("convert", "fashion-mnist", join(folder, name), "--to", form);
  }
  return {
    "CSV, one table": join(folder, "tables", "train.csv"),
    "PNG, a file each": join(folder, "pictures", "train"),
  };
}

const folder = mkdtempSync(join(tmpdir(), "heddle-reading-"));
try {
  const forms = write(folder);
  for (const [name, path] of Object.entries(forms)) {
    const times = new Map(builds.map((build) => [build, []]));
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const build of builds) times.get(build).push(read(build, path));
    }
    for (const [build, seconds] of times) {
      const sorted = [...seconds].sort((a, b) => a - b);
      const median = sorted[sorted.length >> 1];
      const range = `${sorted[0].toFixed(2)} to ${sorted.at(-1).toFixed(2)} s`;
      const rate = Math.round(Number(values.images) / median).toLocaleString("en");
      console.log(
        `${name}: ${median.toFixed(2)} s (${range}), ${rate} images/s, ${build === self ? "this build" : build}`,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
