import { readFileBytes, readTextFile } from "#files";
import { HeddleError } from "../base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { input, layers, type Tensor } from "../layers/index.js";
import { parseJson, readWeightsFile } from "./config.js";
import { Input } from "./input.js";
import { Model } from "./model.js";
import type { ModelOptions } from "./network.js";
import { Sequential } from "./sequential.js";

/** Reads a folder that `save` wrote. */
export async function loadModel(folder: string, options: ModelOptions = {}): Promise<Model> {
  const configPath = `${folder}/config.json`;
  const weightsPath = `${folder}/weights.safetensors`;
  const model = modelFromJson(configPath, parseJson(configPath, await readTextFile(configPath)), options);
  readWeightsFile(weightsPath, await readFileBytes(weightsPath), model.weights);
  return model;
}

/** A new model from Keras's JSON of a sequential or functional one; `who` names its source in messages. */
export function modelFromJson(who: string, json: unknown, options: ModelOptions = {}): Model {
  const className = isJsonObject(json) ? json["class_name"] : undefined;
  if (!isJsonObject(json) || (className !== "Sequential" && className !== "Functional")) {
    throw fault(who, 'class_name "Sequential" or "Functional"', isJsonObject(json) ? className : json);
  }
  const config = json["config"];
  if (!isJsonObject(config) || !Array.isArray(config["layers"])) throw fault(who, "a list of layers", config);
  const named = typeof config["name"] === "string" ? { name: config["name"], ...options } : options;
  return className === "Sequential"
    ? sequentialFrom(who, config["layers"], named)
    : functionalFrom(who, config, config["layers"], named);
}

function sequentialFrom(who: string, [first, ...rest]: readonly Json[], options: ModelOptions): Sequential {
  const chain = rest.map((layer) => layers.deserialize(who, layer));
  return new Sequential([new Input(inputShapeIn(who, first)), ...chain], options);
}

function functionalFrom(
  who: string,
  config: JsonObject,
  list: readonly Json[],
  options: ModelOptions,
): Model {
  const values = new Map<string, Tensor>();
  const valueNamed = (name: unknown): Tensor => {
    const value = values.get(String(name));
    if (value) return value;
    throw fault(who, "each layer to read layers before it", name);
  };
  let inputs: Tensor | undefined;
  for (const entry of list) {
    if (!isJsonObject(entry) || typeof entry["name"] !== "string")
      throw fault(who, "layers with names", entry);
    const { name } = entry;
    if (entry["class_name"] === "InputLayer") {
      if (inputs) throw fault(who, "one InputLayer", name);
      inputs = input(inputShapeIn(who, entry));
      values.set(name, inputs);
      continue;
    }
    const reads = inboundLayers(who, entry).map(valueNamed);
    values.set(name, layers.deserialize(who, entry).apply(reads));
  }
  if (!inputs) throw fault(who, "an InputLayer", list[0]);
  return new Model({ inputs, outputs: valueNamed(outputLayer(who, config["output_layers"])) }, options);
}

/** The names of the layers that a layer of a functional model reads. */
function inboundLayers(who: string, entry: JsonObject): string[] {
  const calls = entry["inbound_nodes"];
  const [call, ...others] = Array.isArray(calls) ? calls : [];
  const args = isJsonObject(call) && Array.isArray(call["args"]) ? call["args"] : undefined;
  if (!args || others.length > 0) throw fault(who, "each layer to be used once", entry["name"]);
  return args.flat().map((value) => {
    const tensor = isJsonObject(value) && isJsonObject(value["config"]) ? value["config"] : {};
    const history = tensor["keras_history"];
    if (!Array.isArray(history) || typeof history[0] !== "string") {
      throw fault(who, `${entry["name"]} to read the outputs of layers`, value);
    }
    return history[0];
  });
}

/** Keras writes `["name", 0, 0]`, older versions a list of one such list. */
function outputLayer(who: string, value: unknown): string {
  const [first, ...others] = Array.isArray(value) ? value : [];
  if (typeof first === "string") return first;
  if (Array.isArray(first) && typeof first[0] === "string" && others.length === 0) return first[0];
  throw fault(who, "one output layer", value);
}

function inputShapeIn(who: string, layer: unknown): Shape {
  const config = isJsonObject(layer) && layer["class_name"] === "InputLayer" ? layer["config"] : undefined;
  const batchShape = isJsonObject(config)
    ? (config["batch_shape"] ?? config["batch_input_shape"])
    : undefined;
  if (!Array.isArray(batchShape) || batchShape.length < 2) {
    throw fault(who, "an InputLayer with a batch_shape first", layer);
  }
  return batchShape.slice(1).map((size) => wholeNumber(who, "each size of batch_shape", size));
}

function fault(who: string, expected: string, received: unknown): HeddleError {
  return new HeddleError({
    who,
    expected,
    received: (JSON.stringify(received) ?? "nothing").slice(0, 80),
    next: "Give the JSON of a sequential or functional Keras model, or one that Heddle saved.",
  });
}
