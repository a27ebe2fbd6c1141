import { HeddleError, type Model } from "@heddle/core";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { MAXIMUM_TEXT_BYTES } from "@heddle/core/internal/base/limits.js";
import { FACTS_KEY } from "@heddle/core/internal/network/model-facts.js";
import { type Hdf5Dataset, readHdf5 } from "../containers/hdf5/read.js";
import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ModelFormat } from "../format.js";
import { receiptIn } from "../receipt.js";
import { readOptimizerState } from "./optimizer-state.js";
import { matchWeights, setWeights } from "./set-weights.js";
import { type Variables, variablesIn } from "./variables.js";
import { describedForKeras, trainedWeights } from "./write-archive.js";
import { storedWeights, writeWeights } from "./write-weights.js";

/** Keras 3's weights alone: one HDF5 file, or an index with several. */
export const kerasWeights: ModelFormat = {
  name: "weights.h5",
  title: "weights of Keras 3 (.weights.h5, .weights.json)",
  recognises: (files) => [...files.values()].some(isWeights),
  companions: (files) => shardsOf(files),
  alias: "h5",
  takesShards: true,
  readWeights: async (model, files, { warn }) => {
    await setAllWeights([...files.keys()][0]!, model, variablesOf(files), warn);
  },
  receipt: async (files) => {
    const who = [...files.keys()][0]!;
    const about = aboutIn(files);
    if (about === undefined) return undefined;
    const found = await receiptIn(who, about, await storedWeights(variablesOf(files)));
    const { model } = about;
    return found && { ...found, ...(isJsonObject(model) && { model }) };
  },
  write: writeWeights,
};

/** The variables of all files. */
function variablesOf(files: FileMap): Variables {
  const missing = shardsOf(files).filter((name) => !files.has(name));
  if (missing.length > 0) {
    throw new HeddleError({
      who: [...files.keys()][0]!,
      expected: `all files that it names, ${missing.slice(0, 3).join(", ")} among them`,
      received: [...files.keys()].slice(0, 8).join(", "),
      next: "Pass them together.",
    });
  }
  const variables = new Map<string, Hdf5Dataset>();
  for (const [name, bytes] of files) {
    if (modelFileKind(bytes) !== "hdf5") continue;
    for (const [path, dataset] of variablesIn(readHdf5(name, bytes))) variables.set(path, dataset);
  }
  return variables;
}

/** What Heddle says about the model in files that it wrote. */
function aboutIn(files: FileMap): JsonObject | undefined {
  const index = [...files.values()].map(jsonIn).find((one) => one !== undefined);
  if (index) {
    const { metadata } = index;
    const about = isJsonObject(metadata) ? metadata[FACTS_KEY] : undefined;
    return isJsonObject(about) ? about : undefined;
  }
  const [[who, bytes]] = [...files] as [[string, Uint8Array]];
  const text = readHdf5(who, bytes).attributes.get(FACTS_KEY);
  const about = typeof text === "string" ? parseJson(`${who}, attribute "${FACTS_KEY}"`, text) : undefined;
  return isJsonObject(about) ? about : undefined;
}

/**
 * Sets a model's weights, and the state of its optimizer, to the variables of an archive.
 *
 * @throws HeddleError when one is left over on either side
 */
export async function setAllWeights(
  who: string,
  model: Model,
  variables: Variables,
  warn: (message: string) => void,
): Promise<void> {
  const { layers } = describedForKeras(who, model);
  await setWeights(who, matchWeights(layers, variables));
  if (model.isCompiled) await readOptimizerState(model, variables, trainedWeights(layers), warn);
}

function isWeights(bytes: Uint8Array): boolean {
  return modelFileKind(bytes) === "hdf5" || indexIn(bytes) !== undefined;
}

/** The files that an index names. */
function shardsOf(files: FileMap): readonly string[] {
  const index = [...files.values()].map(indexIn).find((one) => one !== undefined);
  const names = Object.values(index ?? {}).flat();
  return [...new Set(names.filter((name) => typeof name === "string"))];
}

/** Which file has which variables, if this is such an index. */
function indexIn(bytes: Uint8Array): JsonObject | undefined {
  const map = jsonIn(bytes)?.["weight_map"];
  return isJsonObject(map) ? map : undefined;
}

function jsonIn(bytes: Uint8Array): JsonObject | undefined {
  if (modelFileKind(bytes) !== "json" || bytes.length > MAXIMUM_TEXT_BYTES) return undefined;
  try {
    const json = parseJson("index", new TextDecoder().decode(bytes));
    return isJsonObject(json) ? json : undefined;
  } catch {
    // It is no JSON.
    return undefined;
  }
}
