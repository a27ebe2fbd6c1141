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
} from "../base/ignored-keys.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { INPUT } from "../compiler/graph.js";
import { type Call, callsOf, layerArguments, type Reference, referenceIn, referencesIn } from "./inbound.js";
import { type DeclaredShape, firstShape, inputShapeIn, isInput } from "./input-shape.js";
import { kindOf, layersOf } from "./keras-form.js";
import { MAXIMUM_LAYERS } from "./limits.js";
import { fault } from "./model-fault.js";
import { isOperation, operationSteps } from "./operations.js";

/** What Keras writes about a model that Heddle ignores: each layer says whether it is trained, and its shape. */
const MODEL_KEYS: IgnoredKeys = {
  trainable: anyBoolean,
  dtype: anyFloats,
  build_input_shape: anyList,
};

/** A layer as Keras's JSON has it, under a name that no other layer has. */
export interface FlatLayer {
  readonly serialized: Json;
  /** The names of the models around it and its own, as the JSON has them: `backbone/dense`; undefined without a name. */
  readonly path: string | undefined;
}

/** A use of a layer, and what it reads: numbers of earlier calls, or INPUT. */
export interface FlatCall {
  readonly layer: number;
  readonly reads: readonly number[];
}

/** The layers of a model and of the models within it, in one list, and their calls in the order in which they run. */
export interface FlatModel {
  readonly declaredShape: DeclaredShape;
  readonly layers: readonly FlatLayer[];
  readonly calls: readonly FlatCall[];
  /** The number of the call that computes the model's output. */
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
  const output = flattening.model(kind, config, { key: "", names: [], from: INPUT });
  const { declaredShape, layers, calls } = flattening;
  if (!declaredShape) throw fault(who, "an InputLayer", layersOf(config)?.[0]);
  return { declaredShape, layers, calls, output };
}

/** Where a model is within the outermost one, in one of its calls. */
interface Scope {
  /** The same in every call of the model, so that its layers are too. */
  readonly key: string;
  /** The names of the models around its layers, outermost first. */
  readonly names: readonly string[];
  /** The call that the model reads. */
  readonly from: number;
  readonly training?: boolean | undefined;
}

/** A call of a graph that has to wait until what it reads is there. */
interface Waiting {
  readonly id: string;
  readonly reads: readonly Reference[];
  /** Adds the call. */
  readonly place: (reads: readonly number[]) => number;
}

class Flattening {
  readonly layers: FlatLayer[] = [];
  readonly calls: FlatCall[] = [];
  declaredShape: DeclaredShape | undefined;
  /** Calls of layers and of models. */
  private visited = 0;
  private readonly names = new Set<string>();
  /** The number of each layer by its place in the JSON. */
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly who: string,
    private readonly missing: MissingParts,
  ) {}

  /** Adds a call of a model; returns the call that computes its output. */
  model(kind: Kind, config: Json | undefined, scope: Scope): number {
    const { who } = this;
    const list = layersOf(config);
    if (!list) throw fault(who, "a list of layers", config);
    this.visited += 1 + list.length;
    if (this.visited > MAXIMUM_LAYERS + 1) {
      throw fault(who, `at most ${groupDigits(MAXIMUM_LAYERS)} layers`, this.visited - 1);
    }
    const entries = isJsonObject(config) ? config : {};
    this.checkConfig(kind, entries);
    // Layers of inner models have to make way for those of the outermost.
    if (scope.names.length === 0) for (const entry of list) this.names.add(nameOf(entry) ?? "");
    return kind === "Sequential" ? this.chain(list, entries, scope) : this.graph(list, entries, scope);
  }

  private checkConfig(kind: Kind, config: JsonObject): void {
    const graph = kind === "Functional" ? ["input_layers", "output_layers"] : [];
    this.missing.collect(() => checkIgnoredValues("model", this.who, config, MODEL_KEYS));
    this.missing.collect(() =>
      checkKnownKeys(this.who, Object.keys(config), ["name", "layers", ...graph, ...Object.keys(MODEL_KEYS)]),
    );
  }

  private chain(list: readonly Json[], config: JsonObject, scope: Scope): number {
    this.declaredShape ??= firstShape(this.who, list[0], config, this.missing);
    return list.reduce<number>((from, entry, index) => {
      if (index === 0 && isInput(entry)) return from;
      return this.place(entry, [from], inside(scope, index));
    }, scope.from);
  }

  private graph(list: readonly Json[], config: JsonObject, scope: Scope): number {
    const { who, missing } = this;
    const values = new Map<string, number>();
    const queue: Waiting[] = [];
    let inputs = 0;
    const names = new Set<string>();
    // What Keras 2 and TensorFlow.js count as a model's first call is the one within itself.
    const read = referredCalls(list, config["output_layers"]);
    for (const [index, entry] of list.entries()) {
      if (!isJsonObject(entry) || typeof entry["name"] !== "string") {
        throw fault(who, "layers with names", entry);
      }
      const { name } = entry;
      if (names.has(name)) throw fault(who, "layers with different names", name);
      names.add(name);
      if (isInput(entry)) {
        const shape = inputShapeIn(who, entry, missing);
        this.declaredShape ??= shape;
        inputs++;
        values.set(idOf(name, 0), scope.from);
      } else {
        const first = kindOf(entry) !== undefined && !read.has(idOf(name, 0)) ? 1 : 0;
        for (const [number, call] of callsOf(who, entry).entries()) {
          queue.push(this.waiting(entry, { name, number: first + number, call }, inside(scope, index)));
        }
      }
    }
    this.run(queue, values);
    if (inputs === 0) throw fault(who, "an InputLayer", list[0]);
    if (inputs > 1) missing.names.add(`${inputs} inputs of a model`);
    const outputs = outputCalls(who, config["output_layers"]);
    if (outputs.length > 1) missing.names.add(`${outputs.length} outputs of a model`);
    const place = values.get(outputs[0]!);
    if (place === undefined) throw fault(who, "an output of a layer", config["output_layers"]);
    return place;
  }

  private waiting(
    entry: JsonObject,
    { name, number, call }: { readonly name: string; readonly number: number; readonly call: Call },
    scope: Scope,
  ): Waiting {
    const { who, missing } = this;
    const id = idOf(name, number);
    if (isOperation(entry)) {
      const reads = referencesIn(who, name, call);
      return { id, reads, place: (places) => this.placeOperation(entry, call, places, scope) };
    }
    const { reads, missing: parts } = layerArguments(who, name, call);
    for (const part of parts) missing.names.add(part);
    const training = scope.training ?? call.training;
    return { id, reads, place: (places) => this.place(entry, places, { ...scope, training }) };
  }

  /** Places calls in their order, each after those that it reads, whatever order the JSON lists them in. */
  private run(calls: readonly Waiting[], values: Map<string, number>): void {
    /** The calls that wait for a value. */
    const blocked = new Map<string, Waiting[]>();
    const next = calls.toReversed();
    for (let call = next.pop(); call; call = next.pop()) {
      for (const { layer, output } of call.reads) {
        if (output !== 0) this.missing.names.add(`output ${output} of the layer "${layer}"`);
      }
      const ids = call.reads.map(({ layer, call: number }) => idOf(layer, number));
      const absent = ids.find((id) => !values.has(id));
      if (absent !== undefined) {
        const others = blocked.get(absent);
        if (others) others.push(call);
        else blocked.set(absent, [call]);
        continue;
      }
      values.set(call.id, call.place(ids.map((id) => values.get(id)!)));
      next.push(...(blocked.get(call.id) ?? []).toReversed());
      blocked.delete(call.id);
    }
    const [stuck] = blocked.keys();
    if (stuck !== undefined) {
      throw fault(this.who, "each layer to read layers before it", stuck.slice(0, stuck.lastIndexOf(" ")));
    }
  }

  /** Adds a call of a layer, or all calls of an inner model; returns the last of them. */
  private place(entry: Json, reads: readonly number[], scope: Scope): number {
    const { training } = scope;
    const kind = isJsonObject(entry) ? kindOf(entry) : undefined;
    if (isJsonObject(entry) && kind !== undefined) {
      const name = nameOf(entry) ?? kind.toLowerCase();
      if (reads.length !== 1) this.missing.names.add(`${reads.length} inputs of the model "${name}"`);
      const from = reads[0] ?? INPUT;
      return this.model(kind, entry["config"], { ...scope, names: [...scope.names, name], from });
    }
    if (training !== undefined) this.checkTraining(entry, training);
    return this.call(entry, reads, scope);
  }

  /** Adds the calls of the layers that do what an operation does. */
  private placeOperation(entry: JsonObject, call: Call, reads: readonly number[], scope: Scope): number {
    const steps = this.missing.collect(() => operationSteps(entry, call));
    const places: number[] = [];
    for (const [index, { serialized, inputs }] of (steps ?? []).entries()) {
      const from = inputs.map((input) => ("step" in input ? places[input.step]! : reads[input.read]!));
      places.push(this.call(serialized, from, inside(scope, index)));
    }
    return places.at(-1) ?? reads[0]!;
  }

  /** Adds a call of a layer, and the layer if this is its first. */
  private call(entry: Json, reads: readonly number[], { key, names }: Scope): number {
    let layer = this.numbers.get(key);
    if (layer === undefined) {
      layer = this.layers.length;
      this.numbers.set(key, layer);
      const name = nameOf(entry);
      const serialized = names.length > 0 ? this.renamed(entry, name, names) : entry;
      this.layers.push({ serialized, path: name && [...names, name].join("/") });
    }
    return this.calls.push({ layer, reads }) - 1;
  }

  /** Refuses `training=…` where it makes a difference. A frozen batch normalization is the same without. */
  private checkTraining(entry: Json, training: boolean): void {
    const { class_name: className, config } = isJsonObject(entry) ? entry : {};
    if (!/^(BatchNormalization|GaussianNoise|.*Dropout.*|Random.*)$/.test(String(className))) return;
    const isFrozen = isJsonObject(config) && config["trainable"] === false;
    if (className === "BatchNormalization" && isFrozen && !training) return;
    this.missing.names.add(
      `training=${training ? "True" : "False"} in the call of ${String(className)} "${nameOf(entry) ?? ""}"`,
    );
  }

  /** A layer of an inner model, under a name that no other layer has: with the innermost model's, or all of them. */
  private renamed(entry: Json, name: string | undefined, models: readonly string[]): Json {
    if (name === undefined || !isJsonObject(entry)) return entry;
    const longer = [`${models.at(-1)!}_${name}`, [...models, name].join("_")];
    let free = [name, ...longer].find((one) => !this.names.has(one));
    for (let number = 1; free === undefined; number++) {
      const numbered = `${longer[0]}_${number}`;
      if (!this.names.has(numbered)) free = numbered;
    }
    this.names.add(free);
    const { config } = entry;
    return { ...entry, config: { ...(isJsonObject(config) ? config : {}), name: free } };
  }
}

/** The scope of an entry of a model's list. */
function inside(scope: Scope, index: number): Scope {
  return { ...scope, key: `${scope.key}/${index}` };
}

/** Names a call. */
function idOf(layer: string, call: number): string {
  return `${layer} ${call}`;
}

/** The calls that the layers of a graph and its outputs read. */
function referredCalls(list: readonly Json[], outputs: Json | undefined): ReadonlySet<string> {
  const ids = new Set<string>();
  const walk = (value: Json | undefined): void => {
    const reference = referenceIn(value);
    if (reference) ids.add(idOf(reference.layer, reference.call));
    else if (typeof value === "object" && value !== null) for (const one of Object.values(value)) walk(one);
  };
  for (const entry of list) if (isJsonObject(entry)) walk(entry["inbound_nodes"]);
  walk(outputs);
  return ids;
}

/** A layer's name, in its configuration. */
function nameOf(entry: Json): string | undefined {
  const config = isJsonObject(entry) ? entry["config"] : undefined;
  return isJsonObject(config) ? textIn(config, "name") : undefined;
}

/** The calls whose values are the outputs. Keras writes `["name", 0, 0]`, or a list of those. */
function outputCalls(who: string, value: Json | undefined): readonly string[] {
  const list: readonly Json[] = Array.isArray(value) ? value : [];
  const entries = typeof list[0] === "string" ? [list] : list;
  const ids = entries.map((one) => {
    const [name, call = 0] = Array.isArray(one) ? (one as readonly Json[]) : [];
    return typeof name === "string" && typeof call === "number" ? idOf(name, call) : undefined;
  });
  if (ids.length > 0 && ids.every((id) => id !== undefined)) return ids;
  throw fault(who, "one output layer", value);
}
