import { fileExists, readFileBytes, readTextFile, writeFileAtomic } from "#files";
import { checkPath } from "../base/check-path.js";
import { HeddleError } from "../base/errors.js";
import { isJsonObject, type JsonObject, parseJson } from "../base/json.js";
import type { WritePlace } from "../base/write-place.js";
import { readSafetensors } from "../formats/safetensors.js";
import type { Weight } from "../ops/weight.js";
import type { ModelFiles } from "./model-files.js";
import { weightsFile } from "./weights-file.js";

/** What of a network is saved. */
interface Saved {
  readonly weights: readonly Weight[];
  toJson(): JsonObject;
}

/** A model's files as bytes, as `saveNetwork` writes them. */
export function modelFiles(network: Saved): ModelFiles {
  return {
    "config.json": new TextEncoder().encode(`${JSON.stringify(network.toJson(), null, 2)}\n`),
    "weights.safetensors": weightsFile(network.weights),
  };
}

/**
 * Writes a model's `config.json` and `weights.safetensors` into a folder.
 *
 * @param place set for a folder of Heddle's own, in which a damaged `config.json` is replaced, too
 * @throws HeddleError when `folder` is empty or cannot be written, or its `config.json` is not a model's
 */
export async function saveNetwork(network: Saved, folder: string, place?: WritePlace): Promise<void> {
  checkPath("Model", folder);
  const config = `${folder}/config.json`;
  if (place === undefined) {
    if (await fileExists(config)) await refuseOtherConfig(config);
    await refuseOtherWeights(`${folder}/weights.safetensors`);
  }
  const files = modelFiles(network);
  await writeFileAtomic(`${folder}/weights.safetensors`, files["weights.safetensors"], place);
  await writeFileAtomic(config, files["config.json"], place);
}

/** Refuses to replace a file that holds no weights. One that is missing or empty may be written. */
export async function refuseOtherWeights(path: string): Promise<void> {
  if (!(await fileExists(path))) return;
  const bytes = await readFileBytes(path);
  if (bytes.length === 0 || isSafetensors(bytes)) return;
  throw new HeddleError({
    who: `File ${path}`,
    expected: "a safetensors file, which is replaced, or no file",
    received: "something else",
    next: "Choose another path.",
  });
}

function isSafetensors(bytes: Uint8Array): boolean {
  try {
    readSafetensors("", bytes);
    return true;
  } catch {
    return false;
  }
}

/** Many programs call a file config.json. */
async function refuseOtherConfig(path: string): Promise<void> {
  if (isModel(path, await readTextFile(path))) return;
  throw new HeddleError({
    who: `File ${path}`,
    expected: "the configuration of a model, which is replaced",
    received: "one of something else",
    next: "Choose another folder.",
  });
}

function isModel(path: string, text: string): boolean {
  try {
    const json = parseJson(path, text);
    return isJsonObject(json) && typeof json["class_name"] === "string" && isJsonObject(json["config"]);
  } catch {
    return false;
  }
}
