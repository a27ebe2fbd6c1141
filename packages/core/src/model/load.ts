import { checkOptions } from "../base/known-options.js";
import type { Layer } from "../layers/index.js";
import { describedModel, readModel } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import { Input } from "../network/input.js";
import type { ModelSource } from "../network/model-files.js";
import { MODEL_RULES, type ModelOptions } from "../network/network.js";
import { Model } from "./model.js";
import { Sequential } from "./sequential.js";

/**
 * Loads a model with its weights, and with its classes if it knows them.
 *
 * @param source a folder that `save` wrote, by its path in Node or its URL in browsers and Node; files that a user chose;
 *   what `toFiles` returned; or `{ config, weights }`
 * @throws HeddleError when a file is missing, damaged, or needs something that Heddle does not have
 *
 * @example
 * const model = await loadModel("runs/first/model");
 *
 * @example
 * const model = await loadModel("https://example.org/clothes");
 * model.classes; // ["bag", "boot", "trousers"]
 */
export function loadModel(source: ModelSource, options: ModelOptions = {}): Promise<Model> {
  return readModel(source, (who, json) => modelFromJson(who, json, options));
}

/** Builds a model from Keras's JSON of a sequential or functional one, with fresh weights; `who` names the source in errors. */
export function modelFromJson(who: string, json: unknown, options: ModelOptions = {}): Model {
  return locatedModel(who, json, options).model;
}

/** A model that was built from JSON. */
export interface LocatedModel {
  readonly model: Model;
  /** Its layers by their paths in the JSON: their names there, after those of the models around them, with slashes. */
  readonly layers: ReadonlyMap<string, Layer>;
}

/** As `modelFromJson`, and where each layer was in the JSON: layers of inner models may get another name. */
export function locatedModel(who: string, json: unknown, options: ModelOptions = {}): LocatedModel {
  checkOptions(who, options, MODEL_RULES);
  const described = describedModel(who, json);
  const own = { ...described.options, ...options };
  const { className, inputShape, made } = described;
  const model =
    className === "Sequential"
      ? new Sequential([new Input(inputShape), ...made], own)
      : new Model(functionalGraph(described), own);
  const layers = described.layers.map(({ path }, place) => [path.join("/"), made[place]!] as const);
  return { model, layers: new Map(layers) };
}
