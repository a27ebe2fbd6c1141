// Keras's files: archives as they are, what is in them with the checksums corrected, and whole models in HDF5.
import { readFileSync } from "node:fs";
import { zipFiles } from "../../packages/core/dist/formats/zip.js";
import { writeZip } from "../../packages/interchange/dist/containers/zip.js";
import { importModel } from "../../packages/interchange/dist/index.js";
import { check, fingerprint } from "./check.mjs";

const golden = (/** @type {string} */ name) =>
  new Uint8Array(readFileSync(new URL(`../../tests/golden/keras-files/${name}`, import.meta.url)));

const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";

/** The entries of an archive. @param {string} name */
async function entriesOf(name) {
  const entries = await Promise.all(
    zipFiles(golden(name), name).map(async (one) => /** @type {const} */ ([one.name, await one.read()])),
  );
  return Object.fromEntries(entries);
}

/** @param {Record<string, Uint8Array>} files */
async function read(files) {
  const model = await importModel(files, { onWarning: () => {} });
  const numbers = model.weights.map((weight) => weight.read());
  check(
    numbers.reduce((sum, { length }) => sum + length, 0) === model.parameters,
    "as many weights as parameters",
  );
  const state = model.isCompiled ? await model.optimizerState() : undefined;
  const slots = [...(state?.slots.values() ?? [])].flat();
  return fingerprint(JSON.stringify(model.getConfig()), state?.steps ?? 0, ...numbers, ...slots);
}

/** @type {Promise<Uint8Array> | undefined} */
let config;

/** @type {readonly import("./targets.mjs").Target[]} */
export const kerasTargets = [
  {
    name: "keras",
    what: "models, Keras's archives",
    redundancy: "checksum",
    corpus: () => ["sgd.keras", "sgd-momentum.keras", "adamw.keras", "deflated.keras"].map(golden),
    fields: [14, 18, 22, 26, 28],
    parse: (bytes) => read({ "a.keras": bytes }),
  },
  {
    name: "keras-weights",
    what: "weights in Keras's archives, HDF5",
    redundancy: "none",
    corpus: async () => [(await entriesOf("sgd.keras"))[WEIGHTS]],
    fields: [24, 32, 40, 48, 64, 72],
    tokens: ["TREE", "SNOD", "HEAP", "GCOL", "OHDR", "layers", "vars", "optimizer", "__proto__", "dense_1"],
    parse: async (bytes) => {
      config ??= entriesOf("sgd.keras").then((entries) => entries[CONFIG]);
      return read({ "a.keras": writeZip("a", { [CONFIG]: await config, [WEIGHTS]: bytes }) });
    },
  },
  {
    name: "hdf5",
    what: "whole models, HDF5",
    redundancy: "none",
    corpus: () => [golden("keras2.h5")],
    fields: [24, 32, 40, 48, 64, 72],
    tokens: [
      ...["TREE", "SNOD", "HEAP", "GCOL", "OHDR", "model_weights", "layer_names", "weight_names"],
      ...["class_name", "config", "Dense", "Conv2D", "units", "filters", "__proto__", "constructor"],
    ],
    parse: (bytes) => read({ "a.h5": bytes }),
  },
];
