import { HeddleError } from "../base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { checkOptions } from "../base/known-options.js";
import { whole } from "../base/rules.js";
import { INPUT } from "../compiler/graph.js";
import { whyNoClasses } from "../network/class-probabilities.js";
import { FACTS_KEY } from "../network/model-facts.js";
import type { Network } from "../network/network.js";
import { modelFromJson } from "./load.js";
import type { Model } from "./model.js";

/** Options of {@link withNewHead}. */
export interface NewHeadOptions {
  /**
   * Decides the first weights of the new layer, and how the model is trained.
   *
   * @defaultValue 0
   */
  readonly seed?: number;
}

/**
 * A model for other classes, made of a trained one: its last dense layer is replaced with a new one that answers by a
 * softmax, and layers after it are dropped. All other layers keep their weights; the trained model stays as it is.
 *
 * @param model sequential or functional
 * @param classes how many classes the new model tells apart, at least 2
 * @throws HeddleError when the model does not end in a dense layer
 *
 * @example
 * const model = withNewHead(await loadModel("runs/clothes/model"), 5);
 * for (const layer of model.layers) layer.trainable = layer.name === headOf(model).name;
 * await model.fit(few, { epochs: 10 });
 */
export function withNewHead(model: Model, classes: number, options: NewHeadOptions = {}): Model {
  checkOptions("withNewHead", { classes, ...options }, { classes: whole(2), seed: whole(0) });
  const { seed = 0 } = options;
  const headed = modelFromJson(`Model "${model.name}"`, jsonWithNewHead(model, classes), { seed });
  copyBody(model, headed);
  return headed;
}

/**
 * The layer that gives a model's answers: the last one with weights.
 *
 * @throws HeddleError when no layer has weights
 */
export function headOf({ name, layers }: Network): Network["layers"][number] {
  const head = layers.findLast(({ weights }) => weights.length > 0);
  if (head) return head;
  throw new HeddleError({
    who: `Model "${name}"`,
    expected: "a layer with weights, to train",
    received: "none",
    next: "Add a Dense layer.",
  });
}

/** Keras's JSON of a model with its last dense layer replaced, without what followed it and without its classes. */
export function jsonWithNewHead(model: Model, classes: number): JsonObject {
  const at = headPlace(model);
  const json = model.toJson();
  const { [FACTS_KEY]: _, config, ...rest } = json;
  const settings = isJsonObject(config) ? config : {};
  const listed: readonly Json[] = Array.isArray(settings["layers"]) ? settings["layers"] : [];
  // The input layer comes first.
  const layers = listed.slice(0, at + 2).map((layer, place) => {
    if (place !== at + 1 || !isJsonObject(layer)) return layer;
    const own = isJsonObject(layer["config"]) ? layer["config"] : {};
    return { ...layer, config: { ...own, units: classes, activation: "softmax", trainable: true } };
  });
  const { name } = model.layers[at]!;
  const outputs = "output_layers" in settings ? { output_layers: [name, 0, 0] } : {};
  return { ...rest, config: { ...settings, layers, ...outputs } };
}

/**
 * Gives a model the weights that another one has in its layers of the same name, but for its head.
 *
 * @throws HeddleError when a layer with weights is missing in the other
 */
export function copyBody(from: Model, to: Model): void {
  const head = headOf(to);
  for (const layer of to.layers) {
    if (layer === head || layer.weights.length === 0) continue;
    const { weights } = from.getLayer(layer.name);
    layer.weights.forEach((weight, index) => {
      weight.assign(weights[index]!.read().slice());
    });
  }
}

/** The place of the dense layer that gives a model's answers: only layers without weights, one after another, follow. */
function headPlace(model: Model): number {
  const { name, placed } = model;
  const fault = (received: string) =>
    new HeddleError({
      who: `Model "${name}"`,
      expected: "a model that ends in a Dense layer, which is replaced for the new classes",
      received,
      next: "Choose a classifier with a Dense layer as its last layer with weights.",
    });
  const other = whyNoClasses(model);
  if (other !== undefined) throw fault(`one that predicts no classes: ${other}`);
  let at = placed.length - 1;
  while (at !== INPUT && placed[at]!.layer.weights.length === 0) {
    const { layer, inputs } = placed[at]!;
    if (inputs.length !== 1) throw fault(`one that ends in ${layer.className} of ${inputs.length} values`);
    at = inputs[0]!;
  }
  if (at === INPUT) throw fault("one without weights");
  const { className } = placed[at]!.layer;
  if (className !== "Dense") throw fault(`one whose last layer with weights is ${className}`);
  return at;
}
