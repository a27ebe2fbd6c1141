// How much faster two workers finish a sweep than one: the study's CNN on generated images, two epochs a trial, each worker on
// one thread. Beside it, what the machine gives: two sweeps of one worker at once, of half the trials each. The three take
// turns; starting the processes and drawing the images is counted.
// usage: node bench/workers.mjs [--rounds 5] [--trials 16] [--images 6000]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { median } from "./lib/report.mjs";

const MAIN = fileURLToPath(new URL("../packages/heddle/bin/heddle.js", import.meta.url));
const { values: given } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    trials: { type: "string", default: "16" },
    images: { type: "string", default: "6000" },
  },
});
const [rounds, trials] = [given.rounds, given.trials].map(Number);
const folder = mkdtempSync(join(tmpdir(), "heddle-workers-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

let sweeps = 0;
async function sweep(workers, trials) {
  const name = `sweep-${sweeps++}`;
  const definition = {
    ...{ heddleSweep: 1, name: "workers", goal: "maximize", trials, search: { type: "random" } },
    parameters: { learningRate: { type: "float", low: 0.001, high: 0.01 } },
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(definition));
  const words = ["sweep", `${name}.json`, "study", "--data", "fashion-sketch", "--limit", given.images];
  words.push("--epochs", "2", "--no-winner", "--workers", String(workers), "--threads", "1", "--out", name);
  const options = { cwd: folder, stdio: ["ignore", "ignore", "inherit"] };
  const [code] = await once(spawn(process.execPath, [MAIN, ...words], options), "exit");
  if (code !== 0) throw new Error(`A sweep ended with exit code ${code}.`);
}

const ways = {
  one: () => sweep(1, trials),
  two: () => sweep(2, trials),
  apart: () => Promise.all([sweep(1, trials / 2), sweep(1, trials / 2)]),
};
const gains = { two: [], apart: [] };
for (let round = 0; round < rounds; round++) {
  const names = Object.keys(ways);
  const seconds = {};
  for (const name of round % 2 === 0 ? names : names.reverse()) {
    const began = performance.now();
    await ways[name]();
    seconds[name] = (performance.now() - began) / 1000;
  }
  for (const name of Object.keys(gains)) gains[name].push(seconds.one / seconds[name]);
  console.log(names.map((name) => `${name} ${seconds[name].toFixed(1)} s`).join(", "));
}
const [two, apart] = [median(gains.two), median(gains.apart)];
console.log(
  `two workers ${two.toFixed(2)} times as fast as one, two sweeps apart ${apart.toFixed(2)} times: ${(two / apart).toFixed(2)} of them`,
);
