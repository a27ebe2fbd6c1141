import { HeddleError, messageOf } from "../base/errors.js";
import { type JsonObject, parseJsonText } from "../base/json.js";
import { serialize } from "../base/registry.js";
import { type Shape, sameShape } from "../base/shape.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "../formats/safetensors.js";
import type { Weight } from "../ops/weight.js";
import type { PlacedLayer } from "./build.js";
import { INPUT } from "./graph.js";

/** What is written of a model. */
interface Described {
  readonly name: string;
  readonly inputShape: Shape;
  readonly placed: readonly PlacedLayer[];
}

/** The name of the input in Keras's JSON. */
const INPUT_NAME = "input";

/** A chain in Keras's JSON of a sequential model: an InputLayer, then the layers. */
export function sequentialConfig(model: Described): JsonObject {
  const layers = model.placed.map(({ layer }) => serialize(layer));
  return {
    class_name: "Sequential",
    config: { name: model.name, layers: [inputLayer(model.inputShape), ...layers] },
  };
}

/** A graph in Keras's JSON of a functional model: each layer with the values that it reads. */
export function functionalConfig(model: Described): JsonObject {
  const { name, inputShape, placed } = model;
  const value = (from: number): JsonObject => {
    const [layer, shape] =
      from === INPUT ? [INPUT_NAME, inputShape] : [placed[from]!.layer.name, placed[from]!.output];
    const config = { shape: [null, ...shape], dtype: "float32", keras_history: [layer, 0, 0] };
    return { class_name: "__keras_tensor__", config };
  };
  const layers = placed.map(({ layer, inputs }): JsonObject => {
    const [first, ...others] = inputs.map(value);
    const argument = others.length === 0 ? first! : [first!, ...others];
    return { ...serialize(layer), name: layer.name, inbound_nodes: [{ args: [argument], kwargs: {} }] };
  });
  return {
    class_name: "Functional",
    config: {
      name,
      layers: [{ ...inputLayer(inputShape), name: INPUT_NAME, inbound_nodes: [] }, ...layers],
      input_layers: [INPUT_NAME, 0, 0],
      output_layers: [placed.at(-1)!.layer.name, 0, 0],
    },
  };
}

function inputLayer(shape: Shape): JsonObject {
  const config = { batch_shape: [null, ...shape], dtype: "float32", name: INPUT_NAME };
  return { class_name: "InputLayer", config };
}

/** JSON text with its syntax errors in the name of a file. */
export function parseJson(who: string, text: string): unknown {
  try {
    return parseJsonText(text);
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
