import { HeddleError, messageOf } from "../base/errors.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import { type Shape, sameShape, wholeNumber } from "../base/shape.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import { type Layer, layers } from "../layers/index.js";
import type { Weight } from "../ops/weight.js";

/** A sequential model in Keras's JSON: an InputLayer, then the layers. */
export function modelConfig(model: {
  readonly name: string;
  readonly inputShape: Shape;
  readonly layers: readonly Layer[];
}): JsonObject {
  const input = { batch_shape: [null, ...model.inputShape], dtype: "float32", name: "input" };
  return {
    class_name: "Sequential",
    config: {
      name: model.name,
      layers: [{ class_name: "InputLayer", config: input }, ...model.layers.map(serialize)],
    },
  };
}

/** What Keras's JSON of a sequential model says. */
export function parseModelConfig(
  who: string,
  json: unknown,
): { name: string; inputShape: Shape; layers: Layer[] } {
  const fault = (expected: string, received: unknown) =>
    new HeddleError({
      who,
      expected,
      received: (JSON.stringify(received) ?? "nothing").slice(0, 80),
      next: "Give the JSON of a sequential Keras model, or one that Heddle saved.",
    });
  if (!isJsonObject(json) || json["class_name"] !== "Sequential") {
    throw fault('class_name "Sequential"', isJsonObject(json) ? json["class_name"] : json);
  }
  const config = json["config"];
  if (!isJsonObject(config) || !Array.isArray(config["layers"])) throw fault("a list of layers", config);
  const [input, ...rest] = config["layers"] as unknown[];
  const inputConfig =
    isJsonObject(input) && input["class_name"] === "InputLayer" ? input["config"] : undefined;
  const batchShape = isJsonObject(inputConfig)
    ? (inputConfig["batch_shape"] ?? inputConfig["batch_input_shape"])
    : undefined;
  if (!Array.isArray(batchShape) || batchShape.length < 2)
    throw fault("an InputLayer with a batch_shape first", input);
  return {
    name: typeof config["name"] === "string" ? config["name"] : "sequential",
    inputShape: batchShape.slice(1).map((size) => wholeNumber(who, "each size of batch_shape", size)),
    layers: rest.map((layer) => layers.deserialize(who, layer)),
  };
}

/** JSON text with its syntax errors in the name of a file. */
export function parseJson(who: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new HeddleError({
      who,
      expected: "JSON",
      received: messageOf(thrown),
      next: "The file is damaged or of another kind; get it again.",
    });
  }
}

/** The weights as a safetensors file. */
export function weightsFile(weights: readonly Weight[]): Uint8Array {
  return writeSafetensors(weights.map(({ name, shape, values }): NamedTensor => ({ name, shape, values })));
}

/** Fills a model's weights from a safetensors file; changes none unless all are there in the right shapes. */
export function readWeightsFile(who: string, bytes: Uint8Array, weights: readonly Weight[]): void {
  const tensors = readSafetensors(who, bytes);
  for (const { name, shape } of weights) {
    const tensor = tensors.get(name);
    if (tensor && sameShape(tensor.shape, shape)) continue;
    throw new HeddleError({
      who,
      expected: `weight ${name} [${shape.join(", ")}]`,
      received: tensor ? `[${tensor.shape.join(", ")}]` : `none of that name among ${tensors.size}`,
      next: "Load the weights into the model that they were saved from.",
    });
  }
  for (const { name, values } of weights) values.set(tensors.get(name)!.values);
}
