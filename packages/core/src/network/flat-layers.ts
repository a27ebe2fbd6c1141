import { textIn } from "../base/config.js";
import type { MissingParts } from "../base/errors.js";
import { groupDigits } from "../base/format.js";
import {
  anyBoolean,
  anyFloats,
  anyList,
  checkIgnoredValues,
  checkKnownKeys,
  type IgnoredKeys,
  only,
} from "../base/ignored-keys.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { type Shape, wholeNumber } from "../base/shape.js";
import { INPUT } from "../compiler/graph.js";
import { inboundOf } from "./inbound.js";
import { kindOf, layersOf } from "./keras-form.js";
import { MAXIMUM_LAYERS } from "./limits.js";
import { fault } from "./model-fault.js";

/** What Keras writes about a model that Heddle ignores: each layer says whether it is trained, and its shape. */
const MODEL_KEYS: IgnoredKeys = {
  trainable: anyBoolean,
  dtype: anyFloats,
  build_input_shape: anyList,
};

/** The same about an input. Images may have any type. */
const INPUT_KEYS: IgnoredKeys = {
  dtype: { expected: "a type", accepts: (value) => typeof value === "string" || isJsonObject(value) },
  trainable: anyBoolean,
  sparse: only(false),
  ragged: only(false),
  optional: only(false),
};

/** A layer as Keras's JSON has it, and what it reads: numbers of earlier layers, or INPUT. */
export interface FlatLayer {
  readonly serialized: Json;
  /** Its name in the JSON, after those of the models around it. */
  readonly path: readonly string[];
  readonly reads: readonly number[];
}

/** The layers of a model and of the models within it, in one list. */
export interface FlatModel {
  readonly inputShape: Shape;
  readonly layers: readonly FlatLayer[];
  /** The number of the layer that computes the model's output. */
  readonly output: number;
}

type Kind = "Sequential" | "Functional";

/**
 * Lays a model's layers flat. What Heddle does not have is added to `missing`.
 *
 * @throws HeddleError when the configuration is not a model's
 */
export function flatModel(
  who: string,
  kind: Kind,
  config: Json | undefined,
  missing: MissingParts,
): FlatModel {
  const flattening = new Flattening(who, missing);
  const output = flattening.model(kind, config);
  const { inputShape, layers } = flattening;
  if (!inputShape) throw fault(who, "an InputLayer", layersOf(config)?.[0]);
  return { inputShape, layers, output };
}

/** Where a model is within the outermost one. */
interface Inner {
  readonly name: string;
  readonly path: readonly string[];
  /** The layer that the model reads. */
  readonly from: number;
  readonly training: boolean | undefined;
}

class Flattening {
  readonly layers: FlatLayer[] = [];
  inputShape: Shape | undefined;
  private readonly names = new Set<string>();

  constructor(
    private readonly who: string,
    private readonly missing: MissingParts,
  ) {}

  /** Adds a model's layers; returns the one that computes its output. */
  model(kind: Kind, config: Json | undefined, inner?: Inner): number {
    const { who } = this;
    const list = layersOf(config);
    if (!list) throw fault(who, "a list of layers", config);
    if (this.layers.length + list.length > MAXIMUM_LAYERS) {
      throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} layers`, this.layers.length + list.length);
    }
    const entries = isJsonObject(config) ? config : {};
    this.checkConfig(kind, entries);
    // Layers of inner models have to make way for those of the outermost.
    if (!inner) for (const entry of list) this.names.add(nameOf(entry) ?? "");
    return kind === "Sequential" ? this.chain(list, entries, inner) : this.graph(list, entries, inner);
  }

  private checkConfig(kind: Kind, config: JsonObject): void {
    const graph = kind === "Functional" ? ["input_layers", "output_layers"] : [];
    this.missing.collect(() => checkIgnoredValues("model", this.who, config, MODEL_KEYS));
    this.missing.collect(() =>
      checkKnownKeys(this.who, Object.keys(config), ["name", "layers", ...graph, ...Object.keys(MODEL_KEYS)]),
    );
  }

  private chain(list: readonly Json[], config: JsonObject, inner: Inner | undefined): number {
    const [first, ...rest] = list;
    if (!inner) this.inputShape = firstShape(this.who, first, config, this.missing);
    let from = inner?.from ?? INPUT;
    for (const entry of isInput(first) ? rest : list) from = this.place(entry, [from], inner);
    return from;
  }

  private graph(list: readonly Json[], config: JsonObject, inner: Inner | undefined): number {
    const { who } = this;
    const places = new Map<string, number>();
    const placeNamed = (name: string): number => {
      const place = places.get(name);
      if (place === undefined) throw fault(who, "each layer to read layers before it", name);
      return place;
    };
    let inputs = 0;
    for (const entry of list) {
      if (!isJsonObject(entry) || typeof entry["name"] !== "string") {
        throw fault(who, "layers with names", entry);
      }
      const { name } = entry;
      if (places.has(name)) throw fault(who, "layers with different names", name);
      if (isInput(entry)) {
        const shape = inputShapeIn(who, entry, this.missing);
        if (!inner) this.inputShape ??= shape;
        inputs++;
        places.set(name, inner?.from ?? INPUT);
        continue;
      }
      const { names, training, missing } = inboundOf(who, entry);
      for (const part of missing) this.missing.names.add(part);
      places.set(name, this.place(entry, names.map(placeNamed), inner, training));
    }
    if (inputs === 0) throw fault(who, "an InputLayer", list[0]);
    if (inputs > 1) this.missing.names.add(`${inputs} inputs of a model`);
    const outputs = outputLayers(who, config["output_layers"]);
    if (outputs.length > 1) this.missing.names.add(`${outputs.length} outputs of a model`);
    return placeNamed(outputs[0]!);
  }

  /** Adds a layer, or all layers of an inner model; returns the last of them. */
  private place(entry: Json, reads: readonly number[], inner?: Inner, ownTraining?: boolean): number {
    const training = inner?.training ?? ownTraining;
    const kind = isJsonObject(entry) ? kindOf(entry) : undefined;
    if (isJsonObject(entry) && kind !== undefined) {
      const name = nameOf(entry) ?? kind.toLowerCase();
      if (reads.length !== 1) this.missing.names.add(`${reads.length} inputs of the model "${name}"`);
      const path = [...(inner?.path ?? []), name];
      return this.model(kind, entry["config"], { name, path, from: reads[0] ?? INPUT, training });
    }
    if (training !== undefined) this.checkCall(entry, training);
    const serialized = inner ? this.renamed(entry, inner.name) : entry;
    this.layers.push({ serialized, path: [...(inner?.path ?? []), nameOf(entry) ?? ""], reads });
    return this.layers.length - 1;
  }

  /** Refuses `training=…` where it makes a difference. A frozen batch normalization is the same without. */
  private checkCall(entry: Json, training: boolean): void {
    const { class_name: className, config } = isJsonObject(entry) ? entry : {};
    if (!/^(BatchNormalization|.*Dropout.*|Random.*)$/.test(String(className))) return;
    const isFrozen = isJsonObject(config) && config["trainable"] === false;
    if (className === "BatchNormalization" && isFrozen && !training) return;
    this.missing.names.add(
      `training=${training ? "True" : "False"} in the call of ${String(className)} "${nameOf(entry) ?? ""}"`,
    );
  }

  /** A layer of an inner model, under a name that no other layer has. */
  private renamed(entry: Json, model: string): Json {
    const name = nameOf(entry);
    if (name === undefined || !isJsonObject(entry)) return entry;
    let free = name;
    for (let number = 0; this.names.has(free); number++) {
      free = `${model}_${name}${number === 0 ? "" : `_${number}`}`;
    }
    this.names.add(free);
    const { config } = entry;
    return { ...entry, config: { ...(isJsonObject(config) ? config : {}), name: free } };
  }
}

/** A layer's name, in its configuration. */
function nameOf(entry: Json): string | undefined {
  const config = isJsonObject(entry) ? entry["config"] : undefined;
  return isJsonObject(config) ? textIn(config, "name") : undefined;
}

function isInput(entry: Json | undefined): boolean {
  return isJsonObject(entry) && entry["class_name"] === "InputLayer";
}

/** The input of a chain: its InputLayer, the shape in its first layer as in Keras 2, or what it was built for. */
function firstShape(who: string, first: Json | undefined, model: JsonObject, missing: MissingParts): Shape {
  const config = isJsonObject(first) && !isInput(first) ? first["config"] : undefined;
  if (isJsonObject(first) && kindOf(first) !== undefined) {
    const [own] = layersOf(config) ?? [];
    return firstShape(who, own, isJsonObject(config) ? config : {}, missing);
  }
  const shape = isJsonObject(config)
    ? (config["batch_input_shape"] ?? model["build_input_shape"])
    : undefined;
  return Array.isArray(shape) ? sizesIn(who, shape) : inputShapeIn(who, first, missing);
}

/** The shape of one sample that an InputLayer gives. */
function inputShapeIn(who: string, layer: Json | undefined, missing: MissingParts): Shape {
  const config = isJsonObject(layer) && isInput(layer) ? layer["config"] : undefined;
  const batchShape = isJsonObject(config)
    ? (config["batch_shape"] ?? config["batch_input_shape"])
    : undefined;
  if (!isJsonObject(config) || !Array.isArray(batchShape) || batchShape.length < 2) {
    throw fault(who, "an InputLayer with a batch_shape first", layer);
  }
  const known = ["name", "batch_shape", "batch_input_shape"];
  missing.collect(() => checkIgnoredValues("model", "InputLayer", config, INPUT_KEYS));
  missing.collect(() =>
    checkKnownKeys("InputLayer", Object.keys(config), [...known, ...Object.keys(INPUT_KEYS)]),
  );
  return sizesIn(who, batchShape);
}

function sizesIn(who: string, batchShape: readonly Json[]): Shape {
  return batchShape.slice(1).map((size) => wholeNumber(who, "each size of batch_shape", size));
}

/** Keras writes `["name", 0, 0]`, or a list of those. */
function outputLayers(who: string, value: Json | undefined): readonly string[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [];
  if (typeof list[0] === "string") return [list[0]];
  const names = list.map((one) => (Array.isArray(one) ? one[0] : undefined));
  if (names.length > 0 && names.every((name) => typeof name === "string")) return names;
  throw fault(who, "one output layer", value);
}
