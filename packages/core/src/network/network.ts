import { closest } from "../base/closest.js";
import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { checkOptions, type OptionRules } from "../base/known-options.js";
import { anyObject, shown, text, whole } from "../base/rules.js";
import { sha256 } from "../base/sha256.js";
import { type Shape, sizeOf } from "../base/shape.js";
import type { Lowered } from "../compiler/compile.js";
import { fuse } from "../compiler/fuse.js";
import type { Layer, Tensor, WeightValues } from "../layers/index.js";
import { assignWeights, copyWeights } from "../layers/weight-values.js";
import type { Weight } from "../ops/weight.js";
import { buildLayers, lowerLayers, type PlacedLayer } from "./build.js";
import { functionalConfig, modelJson } from "./keras-json.js";
import { checkClasses, checkRule, type ModelFacts, type PictureRule } from "./model-facts.js";
import type { ModelFiles } from "./model-files.js";
import { modelFiles, saveNetwork } from "./save-network.js";
import { formatSummary, type SummaryRow, summaryRows } from "./summary.js";

/** Options of every model. */
export interface ModelOptions extends ModelFacts {
  /**
   * The model's name.
   *
   * @defaultValue `"model"`, or `"sequential"` for a chain
   */
  readonly name?: string;
  /**
   * Decides the first weights, the order of samples and what dropout drops.
   *
   * @defaultValue 0
   */
  readonly seed?: number;
}

/** What each option must be. Classes and pictures have errors of their own. */
export const MODEL_RULES: OptionRules<ModelOptions> = {
  name: text,
  seed: whole(0),
  classes: { expected: "a list of names", accepts: Array.isArray },
  pictures: anyObject,
};

/** Layers between an input and an output, with their weights: a model apart from its computations. */
export abstract class Network {
  readonly name: string;
  readonly seed: number;
  /** The shape of one sample, without the batch. */
  readonly inputShape: Shape;
  /** The shape of the output for one sample, without the batch. */
  readonly outputShape: Shape;
  /** The calls of the layers with the inputs of each, in the order in which they run. */
  readonly placed: readonly PlacedLayer[];
  /** The layers by their places in the JSON that the model was read from: `backbone/dense`. */
  layerPaths: ReadonlyMap<string, Layer> = new Map();
  private facts: ModelFacts = {};

  /**
   * Builds the layers. Their first weights are drawn when they are needed.
   *
   * @param graph what `input` returned, and the value that layers computed from it
   * @throws HeddleError when another model uses a layer, or the output also depends on another input
   */
  constructor(graph: { readonly inputs: Tensor; readonly outputs: Tensor }, options: ModelOptions = {}) {
    const who = new.target.name;
    checkOptions(who, options, MODEL_RULES);
    this.name = options.name ?? "model";
    this.seed = options.seed ?? 0;
    this.inputShape = graph.inputs.shape;
    this.outputShape = graph.outputs.shape;
    this.placed = buildLayers(who, graph.inputs, graph.outputs, { seed: this.seed });
    this.classes = options.classes;
    this.pictures = options.pictures;
  }

  /**
   * The name of each class, in the order of the outputs, or undefined if they are unknown. `save` writes them.
   *
   * @throws HeddleError when it is set to anything but a name for each class
   */
  get classes(): readonly string[] | undefined {
    return this.facts.classes;
  }

  set classes(names: readonly string[] | undefined) {
    const classes = names && checkClasses(`Model "${this.name}"`, names, this.outputShape);
    this.facts = { ...this.facts, classes };
  }

  /**
   * How a picture becomes an input, or undefined if that is unknown. `save` writes it.
   *
   * @throws HeddleError when it is set to anything but a rule
   */
  get pictures(): PictureRule | undefined {
    return this.facts.pictures;
  }

  set pictures(rule: PictureRule | undefined) {
    this.facts = { ...this.facts, pictures: rule && checkRule(`Model "${this.name}"`, rule) };
  }

  /** The layers in the order in which they first run; each once, however often it is used. */
  get layers(): readonly Layer[] {
    return [...new Set(this.placed.map(({ layer }) => layer))];
  }

  /** All weights, in the layers' order. */
  get weights(): readonly Weight[] {
    return this.layers.flatMap((layer) => layer.weights);
  }

  /**
   * The layer with a name, or with a path such as `backbone/dense` where the model was read from JSON in which it was
   * part of a model within the model.
   *
   * @throws HeddleError when there is none
   */
  getLayer(name: string): Layer {
    const layer = this.layers.find((one) => one.name === name) ?? this.layerPaths.get(name);
    if (layer) return layer;
    const names = this.layers.map((one) => one.name);
    const near = typeof name === "string" ? closest(name, names) : undefined;
    throw new HeddleError({
      who: "getLayer",
      expected: `one of ${names.map((one) => `"${one}"`).join(", ")}`,
      received: shown(name),
      next: near === undefined ? "Choose one of them." : `Did you mean "${near}"?`,
    });
  }

  /** Copies of all weights, in the order of `layers` and of each layer's weights in Keras. */
  getWeights(): WeightValues[] {
    return copyWeights(this.weights);
  }

  /**
   * Sets all weights, in the order of `getWeights`; changes none unless all fit. Must not be called while an epoch runs.
   *
   * @throws HeddleError when their number, a shape or a length differs
   */
  setWeights(values: readonly WeightValues[]): void {
    assignWeights("setWeights", this.weights, values);
  }

  /** Number of parameters, trained or not. */
  get parameters(): number {
    return this.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
  }

  /** Keras's table of layers, output shapes and parameters, with the multiply-adds. */
  summary(): string {
    return formatSummary(this.name, this.summaryRows());
  }

  /** The rows of that table as data. */
  summaryRows(): SummaryRow[] {
    return summaryRows(this.placed);
  }

  /** The model's ops after fusion: what programs are compiled from. */
  lower(): Lowered {
    const ops = fuse(lowerLayers(this.placed));
    return { inputShape: this.inputShape, outputShape: this.outputShape, ops };
  }

  /** SHA-256 of the weights' bytes (f32, little endian), one weight after another. */
  async weightsSha256(): Promise<string> {
    const bytes = new Uint8Array(4 * this.parameters);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const weight of this.weights) {
      for (const value of weight.read()) {
        view.setFloat32(at, value, true);
        at += 4;
      }
    }
    return sha256(bytes);
  }

  /** The configuration under Keras's names, as `fromConfig` takes it: `{ name, trainable, layers, … }`. */
  getConfig(): JsonObject {
    return functionalConfig(this);
  }

  /**
   * The model in Keras's own JSON, without its weights: the class and `getConfig`. As text, Keras's `model_from_json`
   * reads it.
   */
  toJson(): JsonObject {
    return modelJson("Functional", this.getConfig(), this);
  }

  /** The files of `save` as bytes, for `loadModel`, a download or a server. */
  toFiles(): ModelFiles {
    return modelFiles(this);
  }

  /**
   * Writes `config.json` and `weights.safetensors` into a folder, which is created if it is missing.
   *
   * @throws HeddleError when the path is empty or cannot be written, or the folder's `config.json` is not a model's
   */
  async save(folder: string): Promise<void> {
    await saveNetwork(this, folder);
  }
}
