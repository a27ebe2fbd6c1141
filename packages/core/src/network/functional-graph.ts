import { groupDigits } from "../base/format.js";
import { isJsonObject, type JsonObject } from "../base/json.js";
import { input, layers, type Tensor } from "../layers/index.js";
import { type DescribedModel, fault, inputShapeIn, MAXIMUM_LAYERS } from "./described-model.js";

/** The input and the output value of a model. */
interface Graph {
  readonly inputs: Tensor;
  readonly outputs: Tensor;
}

/**
 * Builds the graph that a functional model's configuration describes.
 *
 * @throws HeddleError when it is not a graph from one input to one output
 */
export function functionalGraph(who: string, { config, list }: DescribedModel): Graph {
  const values = new Map<string, Tensor>();
  const valueNamed = (name: string): Tensor => {
    const value = values.get(name);
    if (value) return value;
    throw fault(who, "each layer to read layers before it", name);
  };
  let inputs: Tensor | undefined;
  for (const entry of list) {
    if (!isJsonObject(entry) || typeof entry["name"] !== "string")
      throw fault(who, "layers with names", entry);
    const { name } = entry;
    if (values.has(name)) throw fault(who, "layers with different names", name);
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
  const outputs = valueNamed(outputLayer(who, config["output_layers"]));
  return { inputs, outputs };
}

/** The names of the layers that a layer of a functional model reads. */
function inboundLayers(who: string, entry: JsonObject): string[] {
  const calls = entry["inbound_nodes"];
  const [call, ...others] = Array.isArray(calls) ? calls : [];
  const args = isJsonObject(call) && Array.isArray(call["args"]) ? call["args"] : undefined;
  if (!args || others.length > 0) throw fault(who, "each layer to be used once", entry["name"]);
  const values = args.flat();
  if (values.length > MAXIMUM_LAYERS) {
    throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} inputs of each layer`, values.length);
  }
  return values.map((value) => {
    const tensor = isJsonObject(value) && isJsonObject(value["config"]) ? value["config"] : {};
    const history = tensor["keras_history"];
    if (!Array.isArray(history) || typeof history[0] !== "string") {
      throw fault(who, `${entry["name"]} to read the outputs of layers`, value);
    }
    return history[0];
  });
}

/** Keras writes `["name", 0, 0]`; older versions write a list of one such list. */
function outputLayer(who: string, value: unknown): string {
  const [first, ...others] = Array.isArray(value) ? value : [];
  if (typeof first === "string") return first;
  if (Array.isArray(first) && typeof first[0] === "string" && others.length === 0) return first[0];
  throw fault(who, "one output layer", value);
}
