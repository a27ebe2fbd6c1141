import { checkOptions } from "../base/known-options.js";
import type { Layer } from "../layers/index.js";
import { describedModel, readModel, withPaths } from "../network/described-model.js";
import { functionalGraph } from "../network/functional-graph.js";
import type { ModelSource } from "../network/model-files.js";
import { READ_RULES, type ReadOptions } from "../network/read-options.js";
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
export function loadModel(source: ModelSource, options: ReadOptions = {}): Promise<Model> {
  return readModel(source, (who, json) => modelFromJson(who, json, options));
}

/**
 * Builds a model from Keras's JSON of a sequential or functional one, with fresh weights; `who` names the source in
 * errors.
 *
 * @throws HeddleError when it needs something that Heddle does not have, or a size of its input is unknown and
 *   `inputShape` is missing
 *
 * @example
 * const model = modelFromJson("model.json", json, { inputShape: [224, 224, 3] });
 */
export function modelFromJson(who: string, json: unknown, options: ReadOptions = {}): Model {
  checkOptions(who, options, READ_RULES);
  const { inputShape, ...own } = options;
  const described = describedModel(who, json, inputShape);
  if (described.className === "Sequential") return Sequential.fromDescribed(who, described, own);
  return withPaths(new Model(functionalGraph(described), { ...described.options, ...own }), described);
}

/** A model that was built from JSON. */
export interface LocatedModel {
  readonly model: Model;
  /** Its layers by their paths in the JSON: their names there, after those of the models around them, with slashes. */
  readonly layers: ReadonlyMap<string, Layer>;
}

/** As `modelFromJson`, and where each layer was in the JSON: layers of inner models may get another name. */
export function locatedModel(who: string, json: unknown, options: ReadOptions = {}): LocatedModel {
  const model = modelFromJson(who, json, options);
  return { model, layers: model.layerPaths };
}
