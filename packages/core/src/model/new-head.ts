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
 * softmax, and layers after it are dropped. A last convolution that answers for one pixel is replaced too; a model without its
 * top, which answers features, gets a mean of them and a dense layer. All other layers keep their weights; the trained model stays as it is.
 *
 * @param model sequential or functional
 * @param classes how many classes the new model tells apart, at least 2
 * @throws HeddleError when the model ends in neither
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

/**
 * Keras's JSON of a model with another last layer, without what followed it and without its classes: in place of its last
 * dense layer; in place of its last convolution of one pixel, as Keras's MobileNet has it; or after the features that a model
 * without its top answers.
 */
export function jsonWithNewHead(model: Model, classes: number): JsonObject {
  const head = headPlace(model);
  const json = model.toJson();
  const { [FACTS_KEY]: _, config, ...rest } = json;
  const settings = isJsonObject(config) ? config : {};
  const listed: readonly Json[] = Array.isArray(settings["layers"]) ? settings["layers"] : [];
  const isGraph = "output_layers" in settings;
  const answer = { units: classes, activation: "softmax", trainable: true };
  let { name } = model.placed[head.at]!.layer;
  const end = listed.findIndex((layer) => nameIn(layer) === name);
  const kept = listed.slice(0, end + 1);
  const layers = head.isReplaced
    ? kept.map((layer, place) => {
        if (place !== end || !isJsonObject(layer)) return layer;
        const own = isJsonObject(layer["config"]) ? layer["config"] : {};
        return { ...layer, config: { ...own, ...answer } };
      })
    : [...kept];
  if (!head.isReplaced) {
    const taken = new Set(model.layers.map((layer) => layer.name));
    const add = (className: string, base: string, options: JsonObject) => {
      let own = base;
      for (let number = 1; taken.has(own); number++) own = `${base}_${number}`;
      const layer: JsonObject = { class_name: className, config: { name: own, ...options } };
      layers.push(isGraph ? { ...layer, name: own, inbound_nodes: [[[name, 0, 0, {}]]] } : layer);
      name = own;
    };
    if (head.isImage) add("GlobalAveragePooling2D", "features", {});
    add("Dense", "head", answer);
  }
  const outputs = isGraph ? { output_layers: [name, 0, 0] } : {};
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

/** Where a new head goes. */
interface HeadPlace {
  /** The layer that it takes the place of, or the last one before it. */
  readonly at: number;
  readonly isReplaced: boolean;
  /** Whether what is before it are images, of which the mean is taken. */
  readonly isImage: boolean;
}

/** The place of the layer that gives a model's answers, or of a new one. */
function headPlace(model: Model): HeadPlace {
  const { name, placed } = model;
  const fault = (received: string) =>
    new HeddleError({
      who: `Model "${name}"`,
      expected: "a model that ends in a Dense layer, which is replaced for the new classes, or in features",
      received,
      next: "Choose a classifier with a Dense layer as its last layer with weights, or a model without its top.",
    });
  const last = placed.length - 1;
  let at = last;
  let isClassifier = false;
  while (at !== INPUT) {
    const { layer, inputs } = placed[at]!;
    if (isSoftmax(layer)) isClassifier = true;
    if (layer.weights.length > 0 || inputs.length !== 1) break;
    at = inputs[0]!;
  }
  if (!placed.some(({ layer }) => layer.weights.length > 0)) throw fault("one without weights");
  const { layer, inputs, inputShapes, output } = placed[at]!;
  if (layer.className === "Dense" && model.outputShape.length === 1) {
    return { at, isReplaced: true, isImage: false };
  }
  const before = inputs[0]!;
  const isPoint = output.length === 3 && output[0]! * output[1]! === 1;
  if (layer.className === "Conv2D" && before !== INPUT && (isPoint || isClassifier)) {
    // Scores of each class, at one place or averaged over all.
    return { at: before, isReplaced: false, isImage: inputShapes[0]!.length === 3 };
  }
  if (isClassifier) throw fault(`a classifier whose last layer with weights is ${layer.className}`);
  const { length } = model.outputShape;
  if (length === 1 || length === 3) return { at: last, isReplaced: false, isImage: length === 3 };
  throw fault(`one that predicts no classes: ${whyNoClasses(model)}`);
}

function nameIn(layer: Json): Json | undefined {
  const config = isJsonObject(layer) ? layer["config"] : undefined;
  return isJsonObject(config) ? config["name"] : undefined;
}

function isSoftmax(layer: Network["layers"][number]): boolean {
  return layer.className === "Softmax" || layer.getConfig()["activation"] === "softmax";
}
