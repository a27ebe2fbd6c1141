import { textIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import {
  anyBoolean,
  anyFloats,
  anyList,
  checkIgnoredValues,
  checkKeysAround,
  checkKnownKeys,
  type IgnoredKeys,
  only,
} from "../base/ignored-keys.js";
import { checkPlainJson, isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { shown } from "../base/rules.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { FACTS_KEY, factsIn, type ModelFacts } from "./model-facts.js";
import { type ModelSource, readModelSource } from "./model-files.js";
import type { Network } from "./network.js";
import { readWeightsFile } from "./weights-file.js";

/** More layers, and more inputs of a layer, than any real model has: a damaged file may list millions. */
export const MAXIMUM_LAYERS = 10_000;

/** What Keras writes about a model that Heddle ignores: each layer says whether it is trained, and its shape. */
const MODEL_KEYS: IgnoredKeys = {
  trainable: anyBoolean,
  dtype: anyFloats,
  build_input_shape: anyList,
};

/** The same about an input. Images may have any type. */
const INPUT_KEYS: IgnoredKeys = {
  dtype: { expected: "a type", accepts: (value) => typeof value === "string" || isJsonObject(value) },
  sparse: only(false),
  ragged: only(false),
  optional: only(false),
};

/** What Keras's JSON says about any model. */
export interface DescribedModel {
  readonly className: "Sequential" | "Functional";
  /** The model's name and facts, as far as the JSON has them, as options. */
  readonly options: ModelFacts & { readonly name?: string };
  readonly config: JsonObject;
  readonly list: readonly Json[];
}

/** Loads a model that `save` or `toFiles` wrote: builds it from its configuration, then sets its weights. */
export async function readModel<M extends Network>(
  source: ModelSource,
  make: (who: string, json: unknown) => M,
): Promise<M> {
  const { config, weights } = await readModelSource(source);
  const model = make(config.who, config.json);
  readWeightsFile(weights.who, weights.bytes, model.weights);
  return model;
}

/** Checks that JSON describes a model. */
export function describedModel(who: string, json: unknown): DescribedModel {
  checkPlainJson(who, json);
  const className = isJsonObject(json) ? json["class_name"] : undefined;
  if (!isJsonObject(json) || (className !== "Sequential" && className !== "Functional")) {
    throw fault(who, 'class_name "Sequential" or "Functional"', isJsonObject(json) ? className : json);
  }
  checkKeysAround(who, json, FACTS_KEY);
  const described = describedLayers(who, className, json["config"]);
  return { ...described, options: { ...described.options, ...factsIn(who, json) } };
}

/** Checks that an object is what `getConfig` returns for a model of a class. */
export function describedConfig(
  who: string,
  config: unknown,
  className: DescribedModel["className"],
): DescribedModel {
  checkPlainJson(who, config);
  if (isJsonObject(config)) {
    const expected = `what getConfig returns for a ${className.toLowerCase()} model`;
    if ("class_name" in config) {
      const received = `an object with class_name ${JSON.stringify(config["class_name"])}`;
      throw new HeddleError({
        who,
        expected,
        received,
        next: "Pass its config, or pass the object to modelFromJson.",
      });
    }
    const other = className === "Sequential" ? "Model" : "Sequential";
    // Only a graph names its outputs.
    if (Array.isArray(config["layers"]) && "output_layers" in config !== (className === "Functional")) {
      const received = `that of a ${className === "Sequential" ? "functional" : "sequential"} one`;
      throw new HeddleError({ who, expected, received, next: `Use ${other}.fromConfig.` });
    }
  }
  return describedLayers(who, className, config);
}

function describedLayers(
  who: string,
  className: DescribedModel["className"],
  config: unknown,
): DescribedModel {
  const list = isJsonObject(config) ? config["layers"] : undefined;
  if (!isJsonObject(config) || !Array.isArray(list)) throw fault(who, "a list of layers", config);
  if (list.length > MAXIMUM_LAYERS) {
    throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} layers`, list.length);
  }
  checkIgnoredValues("model", who, config, MODEL_KEYS);
  const graph = className === "Functional" ? ["input_layers", "output_layers"] : [];
  checkKnownKeys(who, Object.keys(config), ["name", "layers", ...graph, ...Object.keys(MODEL_KEYS)]);
  const text = textIn(config, "name");
  const options = text === undefined ? {} : { name: text };
  return { className, options, config, list };
}

/** The shape of one sample that an InputLayer gives. */
export function inputShapeIn(who: string, layer: unknown): Shape {
  const config = isJsonObject(layer) && layer["class_name"] === "InputLayer" ? layer["config"] : undefined;
  const batchShape = isJsonObject(config)
    ? (config["batch_shape"] ?? config["batch_input_shape"])
    : undefined;
  if (!Array.isArray(batchShape) || batchShape.length < 2) {
    throw fault(who, "an InputLayer with a batch_shape first", layer);
  }
  const known = ["name", "batch_shape", "batch_input_shape"];
  checkIgnoredValues("model", "InputLayer", config as JsonObject, INPUT_KEYS);
  checkKnownKeys("InputLayer", Object.keys(config as JsonObject), [...known, ...Object.keys(INPUT_KEYS)]);
  return batchShape.slice(1).map((size) => wholeNumber(who, "each size of batch_shape", size));
}

/** An error about a model's JSON. */
export function fault(who: string, expected: string, received: unknown): HeddleError {
  return new HeddleError({
    who,
    expected,
    received: shown(received),
    next: "Pass the JSON of a sequential or functional Keras model, or one that Heddle saved.",
  });
}
