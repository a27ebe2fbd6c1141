import { HeddleError } from "../base/errors.js";
import type { JsonObject } from "../base/json.js";
import { checkOptions } from "../base/known-options.js";
import { input, Layer } from "../layers/index.js";
import {
  type DescribedModel,
  describedConfig,
  describedModel,
  readModel,
  withPaths,
} from "../network/described-model.js";
import { Input } from "../network/input.js";
import { modelJson, sequentialConfig } from "../network/keras-json.js";
import { fault } from "../network/model-fault.js";
import type { ModelSource } from "../network/model-files.js";
import { MODEL_RULES, type ModelOptions } from "../network/network.js";
import { READ_RULES, type ReadOptions } from "../network/read-options.js";
import { Model } from "./model.js";

/**
 * A chain of layers that can be trained, evaluated and used for predictions.
 *
 * @example
 * const model = new Sequential([
 *   new Input([28, 28, 1]),
 *   new Rescaling(1 / 255),
 *   new Conv2D(16, 3, { activation: "relu" }),
 *   new Flatten(),
 *   new Dense(10, { activation: "softmax" }),
 * ]);
 * model.compile({ optimizer: "adam" });
 * await model.fit(data.train, { epochs: 5, batchSize: 64 });
 * const { accuracy } = await model.evaluate(data.test);
 */
export class Sequential extends Model {
  /**
   * Builds the layers and draws their first weights.
   *
   * @param layers an `Input` first, then layers that no other model uses
   * @throws HeddleError when a layer does not accept the output of the one before it
   */
  constructor(layers: readonly (Input | Layer)[], options: ModelOptions = {}) {
    checkOptions("Sequential", options, MODEL_RULES);
    super(chain(layers), { name: "sequential", ...options });
  }

  override getConfig(): JsonObject {
    return sequentialConfig(this);
  }

  override toJson(): JsonObject {
    return modelJson("Sequential", this.getConfig(), this);
  }

  /**
   * Builds a model from the configuration of a sequential one, Heddle's or Keras's, with fresh weights.
   *
   * @param config what `getConfig` returns: `{ name, layers }`, with an InputLayer first
   * @throws HeddleError when it is not a sequential model's, or needs something that Heddle does not have
   *
   * @example
   * const copy = Sequential.fromConfig(model.getConfig());
   * copy.setWeights(model.getWeights());
   */
  static override fromConfig(config: unknown, options: ReadOptions = {}): Sequential {
    const who = "Sequential.fromConfig";
    checkOptions(who, options, READ_RULES);
    const { inputShape, ...own } = options;
    return Sequential.fromDescribed(who, describedConfig(who, config, "Sequential", inputShape), own);
  }

  /** Loads a model that `save` or `toFiles` wrote; `loadModel` also loads functional models. */
  static load(source: ModelSource, options: ReadOptions = {}): Promise<Sequential> {
    return readModel(source, (who, json) => Sequential.fromJson(who, json, options));
  }

  /** Builds a model from Keras's JSON of a sequential one, with fresh weights; `who` names the source in errors. */
  static fromJson(who: string, json: unknown, options: ReadOptions = {}): Sequential {
    checkOptions(who, options, READ_RULES);
    const { inputShape, ...own } = options;
    return Sequential.fromDescribed(who, describedModel(who, json, inputShape), own);
  }

  /** Builds the chain that a model's JSON describes. */
  static fromDescribed(who: string, described: DescribedModel, options: ModelOptions): Sequential {
    const { className, inputShape, made, options: own } = described;
    if (className !== "Sequential") throw fault(who, "a chain of layers", "a functional model");
    return withPaths(new Sequential([new Input(inputShape), ...made], { ...own, ...options }), described);
  }
}

function chain([first, ...rest]: readonly (Input | Layer)[]) {
  if (!(first instanceof Input) || rest.length === 0 || !rest.every((layer) => layer instanceof Layer)) {
    throw new HeddleError({
      who: "Sequential",
      expected: "an Input first and layers after it",
      received: `[${[first, ...rest].map(describe).join(", ")}]`,
      next: "Start with new Input([height, width, channels]).",
    });
  }
  const twice = rest.find((layer, index) => rest.indexOf(layer) < index) as Layer | undefined;
  if (twice) {
    throw new HeddleError({
      who: "Sequential",
      expected: "each layer once",
      received: `${twice.who} twice`,
      next: "Create another layer, or build a Model, in which a layer may be used again and shares its weights.",
    });
  }
  const inputs = input(first.shape);
  const outputs = (rest as Layer[]).reduce((value, layer) => layer.apply(value), inputs);
  return { inputs, outputs };
}

/** What was passed instead of a layer, which in JavaScript may be anything. */
function describe(value: unknown): string {
  if (typeof value === "function") return `the class ${value.name}`;
  return typeof value === "object" && value !== null ? value.constructor.name : String(value);
}
