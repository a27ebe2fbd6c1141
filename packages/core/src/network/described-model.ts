import { textIn } from "../base/config.js";
import { HeddleError, MissingParts, UnsupportedError } from "../base/errors.js";
import { checkKeysAround } from "../base/ignored-keys.js";
import { checkPlainJson, isJsonObject, type Json } from "../base/json.js";
import type { Shape } from "../base/shape.js";
import { type Layer, layers } from "../layers/index.js";
import type { Weight } from "../ops/weight.js";
import { type FlatModel, flatModel } from "./flat-layers.js";
import { type DeclaredShape, resolvedShape } from "./input-shape.js";
import { kindOf, writtenModel } from "./keras-form.js";
import { FACTS_KEY, factsIn, type ModelFacts } from "./model-facts.js";
import { type ModelSource, readModelSource } from "./model-files.js";
import type { Network } from "./network.js";
import { readWeightsFile } from "./weights-file.js";

/** What Keras's JSON says about any model. */
export interface DescribedModel extends FlatModel {
  /** A chain is sequential, whichever way it was written. */
  readonly className: "Sequential" | "Functional";
  /** The model's name and facts, as far as the JSON has them, as options. */
  readonly options: ModelFacts & { readonly name?: string };
  /** The shape of one sample. */
  readonly inputShape: Shape;
  /** Each of the flat layers, built by no model yet. */
  readonly made: readonly Layer[];
}

/** Loads a model that `save` or `toFiles` wrote: builds it from its configuration, then sets its weights. */
export async function readModel<M extends Network>(
  source: ModelSource,
  make: (who: string, json: unknown) => M,
): Promise<M> {
  const { config, weights } = await readModelSource(source);
  const model = make(config.who, config.json);
  readWeightsFile(weights.who, weights.bytes, model.weights, weightPaths(model));
  return model;
}

/** The weights by the paths of their layers, as `kernel` of `backbone/dense`. */
function weightPaths({ layerPaths }: Network): ReadonlyMap<Weight, string> {
  return new Map(
    [...layerPaths].flatMap(([path, { name, weights }]) =>
      weights.map((weight) => [weight, `${path}${weight.name.slice(name.length)}`]),
    ),
  );
}

/** Tells a model where its layers were in the JSON that describes it. */
export function withPaths<M extends Network>(model: M, { layers: flat, made }: DescribedModel): M {
  model.layerPaths = new Map(
    flat.flatMap(({ path }, index) => (path === undefined ? [] : [[path, made[index]!]])),
  );
  return model;
}

/**
 * Reads a model's JSON, of whichever age.
 *
 * @param inputShape the shape of one sample, where the JSON does not know all sizes
 * @throws HeddleError when it is no model's, or needs what Heddle does not have: all of it is named
 */
export function describedModel(who: string, json: unknown, inputShape?: Shape): DescribedModel {
  checkPlainJson(who, json);
  const { model, writer } = writtenModel(who, json);
  checkPlainJson(who, model);
  const missing = new MissingParts();
  missing.collect(() => checkKeysAround(who, model, FACTS_KEY));
  const described = describedBy(who, kindOf(model)!, model["config"], { writer, missing, inputShape });
  return { ...described, options: { ...described.options, ...factsIn(who, model) } };
}

/** The shape of one sample that a model's JSON declares, as far as it knows the sizes. */
export function declaredShapeOf(who: string, json: unknown): DeclaredShape {
  checkPlainJson(who, json);
  const { model } = writtenModel(who, json);
  checkPlainJson(who, model);
  return flatModel(who, kindOf(model)!, model["config"], new MissingParts()).declaredShape;
}

/** Checks that an object is what `getConfig` returns for a model of a class. */
export function describedConfig(
  who: string,
  config: unknown,
  className: DescribedModel["className"],
  inputShape?: Shape,
): DescribedModel {
  checkPlainJson(who, config);
  if (isJsonObject(config)) {
    const expected = `what getConfig returns for a ${className.toLowerCase()} model`;
    if ("class_name" in config) {
      const received = `an object with class_name ${JSON.stringify(config["class_name"])}`;
      throw new HeddleError({
        who,
        expected,
        received,
        next: "Pass its config, or pass the object to modelFromJson.",
      });
    }
    const other = className === "Sequential" ? "Model" : "Sequential";
    // Only a graph names its outputs.
    if (Array.isArray(config["layers"]) && "output_layers" in config !== (className === "Functional")) {
      const received = `that of a ${className === "Sequential" ? "functional" : "sequential"} one`;
      throw new HeddleError({ who, expected, received, next: `Use ${other}.fromConfig.` });
    }
  }
  const missing = new MissingParts();
  return describedBy(who, className, config as Json, { writer: "Keras", missing, inputShape });
}

function describedBy(
  who: string,
  kind: DescribedModel["className"],
  config: Json | undefined,
  {
    writer,
    missing,
    inputShape,
  }: {
    readonly writer: string;
    readonly missing: MissingParts;
    readonly inputShape: Shape | undefined;
  },
): DescribedModel {
  const flat = flatModel(who, kind, config, missing);
  const made = flat.layers.map(({ serialized }) =>
    missing.collect(() => {
      refuseLambda(who, serialized);
      return layers.deserialize(who, serialized);
    }),
  );
  const names = [...missing.names];
  if (names.length > 0) {
    throw new HeddleError({
      who,
      expected: "a model of layers and options that Heddle has",
      received: `JSON of ${writer} with ${listed(names)}, which Heddle does not read`,
      next: "Replace them in the model; docs/keras-differences.md says what there is.",
    });
  }
  const name = isJsonObject(config) ? textIn(config, "name") : undefined;
  const isChain =
    flat.calls.every(
      ({ layer, reads }, place) => layer === place && reads.length === 1 && reads[0] === place - 1,
    ) && flat.output === flat.calls.length - 1;
  return {
    ...flat,
    inputShape: resolvedShape(who, flat.declaredShape, inputShape),
    className: kind === "Sequential" && isChain ? "Sequential" : "Functional",
    options: name === undefined ? {} : { name },
    made: made as readonly Layer[],
  };
}

/** A `Lambda` layer is Python code, which a file may bring but Heddle never runs. */
function refuseLambda(who: string, serialized: Json): void {
  if (!isJsonObject(serialized) || serialized["class_name"] !== "Lambda") return;
  const { config } = serialized;
  const name =
    isJsonObject(config) && typeof config["name"] === "string" ? ` "${config["name"].slice(0, 60)}"` : "";
  throw new UnsupportedError(
    {
      who,
      expected: "layers of Keras",
      received: `Lambda${name}`,
      next: "Replace it: its code is never run.",
    },
    [`the layer Lambda${name}, whose Python code is never run`],
  );
}

/** `a, b and c`. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}
