import { describedModel, readModelFolder } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import type { ModelOptions } from "../network/network.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

/** Reads a folder that `save` wrote. */
export function loadModel(folder: string, options: ModelOptions = {}): Promise<Model> {
  return readModelFolder(folder, (who, json) => modelFromJson(who, json, options));
}

/** A new model from Keras's JSON of a sequential or functional one; `who` names its source in messages. */
export function modelFromJson(who: string, json: unknown, options: ModelOptions = {}): Model {
  const described = describedModel(who, json);
  return described.className === "Sequential"
    ? Sequential.fromJson(who, json, options)
    : new Model(functionalGraph(who, described), { ...described.name, ...options });
}
