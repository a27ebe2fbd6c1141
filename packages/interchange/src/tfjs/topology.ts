import { HeddleError } from "@heddle/core";
import { UnsupportedError } from "@heddle/core/internal/base/errors.js";
import {
  checkPlainJson,
  isJsonObject,
  type Json,
  type JsonObject,
  parseJson,
} from "@heddle/core/internal/base/json.js";
import { FACTS_KEY } from "@heddle/core/internal/network/model-facts.js";

/** The model in a `model.json`. */
export interface Topology {
  /** `{ class_name, config }`, as Keras has it. */
  readonly model: JsonObject;
  /** How Keras or TensorFlow.js trained it, under the names of Keras's compile configuration; undefined if it does not say. */
  readonly training: JsonObject | undefined;
}

/** A text of JSON may be written into JSON again. */
const MOST_WRAPPINGS = 4;

/**
 * The model that a `model.json` describes. One that TensorFlow.js itself has built is put into Keras's words.
 *
 * @throws HeddleError when it has none, is a graph model, or has layers that TensorFlow.js computes in its own way
 */
export function topologyIn(who: string, json: JsonObject): Topology {
  if (json["format"] === "graph-model") throw graphModel(who);
  checkPlainJson(who, json);
  let value: Json | undefined = json["modelTopology"];
  let [training, version]: (Json | undefined)[] = [json["trainingConfig"], undefined];
  for (let wrapping = 0; wrapping < MOST_WRAPPINGS; wrapping++) {
    if (typeof value === "string") value = parseJson(who, value) as Json;
    if (!isJsonObject(value)) break;
    version ??= value["keras_version"];
    training ??= value["training_config"];
    if (value["model_config"] === undefined) break;
    value = value["model_config"];
  }
  // A text within the text has not been looked at yet.
  checkPlainJson(who, value);
  if (isJsonObject(value) && "node" in value) throw graphModel(who);
  if (!isJsonObject(value) || !isJsonObject(value["config"] ?? null)) {
    if (!isJsonObject(value) || !Array.isArray(value["config"])) {
      throw new HeddleError({
        who,
        expected: "a modelTopology with class_name and config",
        received: JSON.stringify(value)?.slice(0, 60) ?? "nothing",
        next: "Save or convert the whole model again: the file has weights alone, or is damaged.",
      });
    }
    // The first versions of Keras 2 write a list.
    value = { ...value, config: { layers: value["config"] } };
  }
  const isOwn = /tfjs|tensorflow\.js/i.test(`${version} ${json["generatedBy"]}`);
  const model = (isOwn ? inKerasWords(who, value as JsonObject) : value) as JsonObject;
  const facts = factsIn(json["userDefinedMetadata"]);
  return {
    model: { ...model, ...(facts && { [FACTS_KEY]: facts }) },
    training: isJsonObject(training) ? compileConfig(training) : undefined,
  };
}

/** Class names and how pictures become inputs, where Heddle wrote the file. */
function factsIn(metadata: Json | undefined): Json | undefined {
  return isJsonObject(metadata) ? metadata[FACTS_KEY] : undefined;
}

/** Layers of which TensorFlow.js computes something else than Keras: corners on corners, and other places. */
const OWN_WAYS: Readonly<Record<string, string>> = {
  Resizing: "whose corners TensorFlow.js aligns, unlike Keras",
  CenterCrop: "which TensorFlow.js cuts from other places than Keras",
};

/** What TensorFlow.js has built itself: a few names differ, and a few layers. */
function inKerasWords(who: string, model: JsonObject): Json {
  const refused: string[] = [];
  const translated = (value: Json): Json => {
    if (Array.isArray(value)) return (value as readonly Json[]).map(translated);
    if (!isJsonObject(value)) return value;
    const { class_name: className, config } = value;
    if (typeof className === "string" && Object.hasOwn(OWN_WAYS, className)) {
      refused.push(`${className}, ${OWN_WAYS[className]}`);
    }
    const entries = Object.entries(value).map(([key, inner]) => [key, translated(inner)] as const);
    const own = Object.fromEntries(entries) as JsonObject;
    // Glorot, He and LeCun are all written so; what they draw is truncated.
    return className === "VarianceScaling" && isJsonObject(config) && config["distribution"] === "normal"
      ? { ...own, config: { ...config, distribution: "truncated_normal" } }
      : own;
  };
  const result = translated(model);
  if (refused.length === 0) return result;
  throw new UnsupportedError(
    {
      who,
      expected: "layers that compute what Keras's do",
      received: refused.join("; "),
      next: "Build the model on pictures of its own size, without that layer.",
    },
    refused,
  );
}

/** `{ loss, metrics, optimizer_config }` of TensorFlow.js and Keras 2 as Keras 3's compile configuration. */
function compileConfig({ optimizer_config: optimizer, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(optimizer) || !isJsonObject(optimizer["config"])) return rest;
  const config = Object.entries(optimizer["config"]).flatMap(([key, value]) =>
    // Keras 2's rate that falls, where it does not; null where TensorFlow.js decides when it starts.
    (key === "decay" && value === 0) || value === null ? [] : [[kerasKey(key), value]],
  );
  const className = optimizer["class_name"];
  return {
    ...rest,
    optimizer: {
      class_name: className === "RMSProp" ? "RMSprop" : (className ?? null),
      config: Object.fromEntries(config) as JsonObject,
    },
  };
}

/** `learningRate` → `learning_rate`, `beta1` → `beta_1`. */
function kerasKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/^beta(\d)$/, "beta_$1");
}

function graphModel(who: string): HeddleError {
  return new HeddleError({
    who,
    expected: "a layers model of TensorFlow.js",
    received: "a graph model, which has operations and no layers",
    next: "Convert the Keras model again in the format tfjs_layers_model, or read it as .keras or ONNX.",
  });
}
