import type { Json, JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import type { Shape } from "../base/shape.js";
import { INPUT } from "../compiler/graph.js";
import { type Layer, MergeLayer } from "../layers/index.js";
import { type PlacedLayer, placesByLayer } from "./build.js";
import { factsJson, type ModelFacts } from "./model-facts.js";

/** What is written about a model. */
interface Described {
  readonly name: string;
  readonly inputShape: Shape;
  readonly placed: readonly PlacedLayer[];
}

/** Where Keras finds the classes: it reads no file without these. */
const MODULES = {
  Sequential: "keras",
  Functional: "keras.src.models.functional",
  layer: "keras.layers",
} as const;

/** Layers that Keras defines for one of its architectures. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  LayerScale: "keras.src.applications.convnext",
  StochasticDepth: "keras.src.applications.convnext",
};

/** A model's configuration and facts as the object that Keras's `model_from_json` reads. */
export function modelJson(
  className: "Sequential" | "Functional",
  config: JsonObject,
  facts: ModelFacts,
): JsonObject {
  return { ...kerasObject(MODULES[className], { class_name: className, config }), ...factsJson(facts) };
}

/** A chain as Keras's `get_config` returns it: an InputLayer, then the layers. */
export function sequentialConfig({ name, inputShape, placed }: Described): JsonObject {
  const layers = placed.map(({ layer }) => layerObject(layer));
  // Each layer says for itself whether it is trained.
  return { name, trainable: true, layers: [inputLayer(inputNameOf(placed), inputShape), ...layers] };
}

/** A graph as Keras's `get_config` returns it: each layer with the values that it reads. */
export function functionalConfig({ name, inputShape, placed }: Described): JsonObject {
  const inputName = inputNameOf(placed);
  const calls = placesByLayer(placed);
  /** Which output of which call of a layer a place computes. */
  const history = (place: number): Json => {
    if (place === INPUT) return [inputName, 0, 0];
    const { layer } = placed[place]!;
    return [layer.name, calls.get(layer)!.indexOf(place), 0];
  };
  const value = (from: number): JsonObject => {
    const shape = from === INPUT ? inputShape : placed[from]!.output;
    const config = { shape: [null, ...shape], dtype: "float32", keras_history: history(from) };
    return { class_name: "__keras_tensor__", config };
  };
  const node = (place: number): JsonObject => {
    const { layer, inputs } = placed[place]!;
    const values = inputs.map(value);
    // What merges takes a list, what attends an argument each.
    return { args: layer instanceof MergeLayer ? [values] : values, kwargs: {} };
  };
  const layers = [...calls].map(
    ([layer, places]): JsonObject => ({
      ...layerObject(layer),
      name: layer.name,
      inbound_nodes: places.map(node),
    }),
  );
  return {
    name,
    trainable: true,
    layers: [{ ...inputLayer(inputName, inputShape), name: inputName, inbound_nodes: [] }, ...layers],
    input_layers: [inputName, 0, 0],
    output_layers: history(placed.length - 1),
  };
}

/** `input`, or `input_1`, … if a layer has that name: in Keras the input is a layer too. */
function inputNameOf(placed: readonly PlacedLayer[]): string {
  const taken = new Set(placed.map(({ layer }) => layer.name));
  let name = "input";
  for (let number = 1; taken.has(name); number++) name = `input_${number}`;
  return name;
}

function inputLayer(name: string, shape: Shape): JsonObject {
  const config = { batch_shape: [null, ...shape], dtype: "float32", name };
  return kerasObject(MODULES.layer, { class_name: "InputLayer", config });
}

function layerObject(layer: Layer): JsonObject {
  return kerasObject(OWN_MODULES[layer.className] ?? MODULES.layer, serialize(layer));
}

/** `registered_name` is for classes that Keras's users register. */
function kerasObject(module: string, serialized: JsonObject): JsonObject {
  return { module, ...serialized, registered_name: null };
}
