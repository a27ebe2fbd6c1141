import { HeddleError, type Model } from "@heddle/core";
import { isJsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { MAXIMUM_TEXT_BYTES } from "@heddle/core/internal/base/limits.js";
import type { ArchiveFile } from "@heddle/core/internal/formats/archive.js";
import { zipFiles } from "@heddle/core/internal/formats/zip.js";
import { locatedModel } from "@heddle/core/internal/model/load.js";
import { readHdf5 } from "../containers/hdf5/read.js";
import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ModelFormat, ReadContext } from "../format.js";
import { receiptIn } from "../receipt.js";
import { archivedLayers } from "./archived-layers.js";
import { compileAs } from "./compile-config.js";
import { readOptimizerState } from "./optimizer-state.js";
import { matchWeights, setWeights } from "./set-weights.js";
import { type Variables, variablesIn } from "./variables.js";
import { setAllWeights } from "./weights-file.js";
import { ABOUT, trainedWeights, writeArchive } from "./write-archive.js";

const CONFIG = "config.json";
const WEIGHTS = "model.weights.h5";

/** Keras 3's own format: a zip archive of a configuration and weights. */
export const kerasArchive: ModelFormat = {
  name: "keras",
  title: "a Keras archive (.keras)",
  recognises: (files) => {
    const [bytes, ...others] = files.values();
    return others.length === 0 && bytes !== undefined && modelFileKind(bytes) === "zip";
  },
  choices: ["inputShape"],
  read: readArchive,
  receipt: async (files) => {
    const [[name, bytes]] = [...files] as [[string, Uint8Array]];
    const entries = new Map(zipFiles(bytes, name).map((entry) => [entry.name, entry]));
    if (!entries.has(ABOUT)) return undefined;
    const text = new TextDecoder().decode(await entryOf(name, entries, ABOUT, MAXIMUM_TEXT_BYTES));
    return receiptIn(name, parseJson(`${name}, ${ABOUT}`, text), await entryOf(name, entries, WEIGHTS));
  },
  readWeights: async (model, files, { warn }) => {
    const [[name, bytes]] = [...files] as [[string, Uint8Array]];
    const { variables } = await contentsOf(name, bytes);
    await setAllWeights(name, model, variables, warn);
  },
  write: writeArchive,
};

async function readArchive(files: FileMap, context: ReadContext): Promise<Model> {
  const [[name, bytes]] = [...files] as [[string, Uint8Array]];
  const { json, variables } = await contentsOf(name, bytes);
  return modelOf(name, json, variables, context);
}

async function contentsOf(name: string, bytes: Uint8Array) {
  const entries = new Map(zipFiles(bytes, name).map((entry) => [entry.name, entry]));
  const config = new TextDecoder().decode(await entryOf(name, entries, CONFIG, MAXIMUM_TEXT_BYTES));
  const weights = readHdf5(`${name}, ${WEIGHTS}`, await entryOf(name, entries, WEIGHTS));
  return { json: parseJson(`${name}, ${CONFIG}`, config), variables: variablesIn(weights) };
}

async function entryOf(
  archive: string,
  entries: ReadonlyMap<string, ArchiveFile>,
  name: string,
  maximumBytes = Number.POSITIVE_INFINITY,
): Promise<Uint8Array> {
  const entry = entries.get(name);
  if (entry && entry.bytes <= maximumBytes) return entry.read();
  throw new HeddleError({
    who: archive,
    expected: `a Keras archive with ${CONFIG} and ${WEIGHTS}`,
    received: entry
      ? `${name} of ${entry.bytes} bytes`
      : [...entries.keys()].slice(0, 8).join(", ") || "no files",
    next: "Write the model with model.save of Keras 3, in a file that ends in .keras.",
  });
}

/** Builds a model from Keras's JSON, with its weights and its compile configuration. */
async function modelOf(
  who: string,
  json: unknown,
  variables: Variables,
  { model: options, choices, warn }: ReadContext,
): Promise<Model> {
  if (!isJsonObject(json)) throw notAModel(who, json);
  const archived = archivedLayers(who, json);
  const { model, layers } = locatedModel(who, json, { ...options, ...choices });
  const built = archived.map((one) => ({ archived: one, layer: layers.get(one.path) }));
  await setWeights(who, matchWeights(built, variables));
  const warnOf = (message: string) => warn(`${who}: ${message}`);
  if (compileAs(model, json["compile_config"], warnOf)) {
    await readOptimizerState(model, variables, trainedWeights(built), warnOf);
  }
  return model;
}

function notAModel(who: string, received: unknown): HeddleError {
  return new HeddleError({
    who,
    expected: "a model's configuration",
    received: JSON.stringify(received)?.slice(0, 60) ?? "nothing",
    next: "The file is damaged: get it again.",
  });
}
