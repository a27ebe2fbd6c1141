import { HeddleError, type Model } from "@heddle/core";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { locatedModel } from "@heddle/core/internal/model/load.js";
import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ReadContext } from "../format.js";
import { archivedLayers } from "../keras/archived-layers.js";
import { compileAs } from "../keras/compile-config.js";
import { setWeights } from "../keras/set-weights.js";
import { readManifest, shardNames } from "./manifest.js";
import { matchTensors } from "./match-weights.js";
import { topologyIn } from "./topology.js";

/** The `model.json` among files. */
export interface ModelJson {
  readonly who: string;
  readonly json: JsonObject;
}

/** The `model.json` among files, if one is TensorFlow.js's. */
export function modelJsonIn(files: FileMap): ModelJson | undefined {
  for (const [who, bytes] of files) {
    if (modelFileKind(bytes) !== "json") continue;
    const json = jsonIn(who, bytes);
    if (json && ("modelTopology" in json || "weightsManifest" in json)) return { who, json };
  }
  return undefined;
}

function jsonIn(who: string, bytes: Uint8Array): JsonObject | undefined {
  try {
    const json = parseJson(who, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isJsonObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** The files with the weights of a layers model. */
export function shardsOf(files: FileMap): readonly string[] {
  const found = modelJsonIn(files);
  if (!found) return [];
  const { who, json } = found;
  // What is refused anyway needs no weights.
  topologyIn(who, json);
  return shardNames(who, json);
}

/** Reads a layers model with its weights. */
export async function readTfjs(files: FileMap, { model: options, warn }: ReadContext): Promise<Model> {
  const { who, json } = modelJsonIn(files)!;
  const { model: described, training } = topologyIn(who, json);
  if (json["weightsManifest"] === undefined) {
    throw new HeddleError({
      who,
      expected: "a model with weights",
      received: "a model.json without weightsManifest",
      next: "Save the model again with model.save; modelFromJson builds it with fresh weights.",
    });
  }
  const { variables, optimizer } = readManifest(who, json, files);
  const { model, layers } = locatedModel(who, { modelTopology: described }, options);
  const built = archivedLayers(who, described).map((archived) => ({
    archived,
    layer: layers.get(archived.path),
  }));
  await setWeights(who, matchTensors(built, variables));
  const warnOf = (message: string) => warn(`${who}: ${message}`);
  if (compileAs(model, training, warnOf) && optimizer.length > 0) {
    warnOf("The optimizer starts afresh: what TensorFlow.js kept of it is not read.");
  }
  return model;
}
