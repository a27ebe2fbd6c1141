// What attacks work on, made once by the real command: data, a model, a finished run and one that was stopped.
import { spawn } from "node:child_process";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../../packages/heddle/bin/heddle.js", import.meta.url));

export const SIDE = 6;
const EPOCHS = 12;

/** Columns of history.csv that are not times. */
const COMPARED_COLUMNS = 6;

/**
 * @typedef {object} Fixture
 * @property {string} path of a folder with data.csv, model.json, and the folders of runs `finished` and `stopped`
 * @property {string} resumed what the stopped run is after it was resumed without an attack
 */

/** A table of small images, as many of each class. @param {readonly string[]} classNames */
export function table(classNames, perClass = 30) {
  const quoted = (/** @type {string} */ text) => `"${text.replaceAll('"', '""')}"`;
  const head = ["label", ...Array.from({ length: SIDE ** 2 }, (_, at) => `pixel${at + 1}`)];
  const rows = Array.from({ length: perClass * classNames.length }, (_, row) => {
    const label = row % classNames.length;
    const pixels = Array.from({ length: SIDE ** 2 }, (_, at) => (label * 60 + row * 7 + at * 13) % 256);
    return [quoted(classNames[label] ?? ""), ...pixels].join(",");
  });
  return `${[head.join(","), ...rows].join("\n")}\n`;
}

/** A model with a layer of most kinds. */
export function model(/** @type {number} */ classes) {
  const layer = (/** @type {string} */ class_name, config = {}) => ({ class_name, config });
  const layers = [
    layer("InputLayer", { batch_shape: [null, SIDE, SIDE, 1] }),
    layer("Rescaling", { scale: 1 / 255, offset: 0 }),
    layer("Conv2D", { filters: 2, kernel_size: 3, activation: "relu" }),
    layer("BatchNormalization"),
    layer("MaxPooling2D", { pool_size: 2 }),
    layer("Flatten"),
    layer("Dropout", { rate: 0.2 }),
    layer("Dense", { units: classes, activation: "softmax" }),
  ];
  return JSON.stringify({ class_name: "Sequential", config: { layers } });
}

/** @param {string} path an empty folder @returns {Promise<Fixture>} */
export async function makeFixture(path) {
  writeFileSync(join(path, "data.csv"), table(["a", "b", "c"]));
  writeFileSync(join(path, "model.json"), model(3));
  const training = ["train", "model.json", "--data", "data.csv", "--threads", "1"];
  await heddle(path, [...training, "--epochs", "2", "--run-dir", "finished"]);
  await heddle(path, [...training, "--epochs", String(EPOCHS), "--run-dir", "stopped"], "Epoch  2/");
  cpSync(join(path, "stopped"), join(path, "resumed"), { recursive: true });
  await heddle(path, ["train", "--resume", "latest", "--run-dir", "resumed"]);
  const [id = ""] = readdirSync(join(path, "resumed"));
  return { path, resumed: outcome(join(path, "resumed", id)) };
}

/** The contents of a finished run, without times. */
export function outcome(/** @type {string} */ run) {
  const json = (/** @type {string} */ name) => JSON.parse(readFileSync(join(run, name), "utf8"));
  const rows = readFileSync(join(run, "history.csv"), "utf8").trimEnd().split("\n");
  return JSON.stringify({
    status: json("run.json").status,
    weights: json("metrics.json").weights.sha256,
    history: rows.map((row) => row.split(",").slice(0, COMPARED_COLUMNS).join(",")),
    evaluation: json("evaluation.json"),
  });
}

/** @param {string} cwd @param {readonly string[]} words @param {string} [stopAfter] a text after which it is interrupted */
function heddle(cwd, words, stopAfter) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...words], { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    const hear = (/** @type {Buffer} */ bytes) => {
      const before = printed;
      printed += bytes.toString("utf8");
      if (stopAfter && printed.includes(stopAfter) && !before.includes(stopAfter)) child.kill("SIGINT");
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === (stopAfter ? 130 : 0)) resolve(undefined);
      else reject(new Error(`heddle ${words.join(" ")} ended with ${code}: ${printed}`));
    });
  });
}
