import { describedModel, readModelFolder } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import type { ModelOptions } from "../network/network.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

/**
 * Loads a model, with its weights, from a folder that `save` wrote.
 *
 * @throws HeddleError when a file is missing, damaged, or needs something that Heddle does not have
 *
 * @example
 * const model = await loadModel("runs/first/model");
 */
export function loadModel(folder: string, options: ModelOptions = {}): Promise<Model> {
  return readModelFolder(folder, (who, json) => modelFromJson(who, json, options));
}

/** Builds a model from Keras's JSON of a sequential or functional one, with fresh weights; `who` names the source in errors. */
export function modelFromJson(who: string, json: unknown, options: ModelOptions = {}): Model {
  const described = describedModel(who, json);
  return described.className === "Sequential"
    ? Sequential.fromJson(who, json, options)
    : new Model(functionalGraph(who, described), { ...described.options, ...options });
}
