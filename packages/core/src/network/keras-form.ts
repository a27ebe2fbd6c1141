import { isJsonObject, type Json, type JsonObject, parseJson } from "../base/json.js";
import { ownClassName } from "../base/own-class.js";
import { fault } from "./model-fault.js";

// The forms in which Keras and TensorFlow.js have written models over the years.

/** A model's `{ class_name, config, … }`, and who wrote it. */
export interface WrittenModel {
  readonly model: JsonObject;
  /** For errors: `Keras 2`. */
  readonly writer: string;
}

/** A text of JSON may be written into JSON again, and a topology may be a text too. */
const MOST_WRAPPINGS = 5;

/** Takes a model out of what is around it: text, TensorFlow.js's `model.json`, the attributes of an HDF5 file. */
export function writtenModel(who: string, json: unknown): WrittenModel {
  let value = json;
  let isTensorFlowJs = false;
  for (let wrapping = 0; wrapping < MOST_WRAPPINGS; wrapping++) {
    if (typeof value === "string") value = parseJson(who, value);
    else if (!isJsonObject(value)) break;
    else if (value["modelTopology"] !== undefined) {
      if (value["format"] === "graph-model") {
        throw fault(
          who,
          "a layers-model of TensorFlow.js",
          "graph-model",
          "A graph-model has no layers left: convert the Keras model in the format tfjs_layers_model.",
        );
      }
      isTensorFlowJs = true;
      value = value["modelTopology"];
    } else if (value["model_config"] !== undefined) value = value["model_config"];
    else break;
  }
  const className = isJsonObject(value) ? kindOf(value) : undefined;
  if (!isJsonObject(value) || className === undefined) {
    const received = isJsonObject(value) ? (ownClassName(value) ?? value["class_name"]) : value;
    throw fault(who, 'class_name "Sequential" or "Functional"', received);
  }
  return { model: value, writer: isTensorFlowJs ? "TensorFlow.js" : writerOf(value) };
}

/** What kind of model an object describes, if any: older versions of Keras call a functional one `Model`. */
export function kindOf(serialized: JsonObject): "Sequential" | "Functional" | undefined {
  const { class_name: className } = serialized;
  if (ownClassName(serialized) !== undefined) return undefined;
  if (className === "Model") return "Functional";
  return className === "Sequential" || className === "Functional" ? className : undefined;
}

/** By the version where it is written, or else by what only Keras 3 writes. */
function writerOf(model: JsonObject): string {
  const version = model["keras_version"];
  if (typeof version === "string") {
    return version.includes("tfjs") ? "TensorFlow.js" : `Keras ${/^\d+/.exec(version)?.[0] ?? ""}`.trim();
  }
  return "module" in model || layersOf(model["config"])?.some(isOfKeras3) ? "Keras 3" : "Keras 2";
}

function isOfKeras3(layer: Json): boolean {
  if (!isJsonObject(layer)) return false;
  return "module" in layer || (isJsonObject(layer["config"]) && "batch_shape" in layer["config"]);
}

/** The layers of a model's configuration: the first versions of Keras 2 write a sequential one's alone. */
export function layersOf(config: Json | undefined): readonly Json[] | undefined {
  if (Array.isArray(config)) return config as readonly Json[];
  const layers = isJsonObject(config) ? config["layers"] : undefined;
  return Array.isArray(layers) ? (layers as readonly Json[]) : undefined;
}
