import { HeddleError, type Layer, type Model } from "@heddle/core";
import { isJsonObject, type JsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import { locatedModel } from "@heddle/core/internal/model/load.js";
import { type Attributes, type Hdf5Dataset, type Hdf5Group, readHdf5 } from "../containers/hdf5/read.js";
import { modelFileKind } from "../containers/kind.js";
import type { FileMap, ModelFormat, ReadContext } from "../format.js";
import { archivedLayers } from "./archived-layers.js";
import { compileAs } from "./compile-config.js";
import { readOptimizerState } from "./optimizer-state.js";
import { type BuiltLayers, type Matches, setWeights } from "./set-weights.js";
import { trainedWeights } from "./write-archive.js";

/** Whole models of Keras 2, and of Keras 3 where it is asked for the old format. */
export const legacyHdf5: ModelFormat = {
  name: "h5",
  title: "a whole model of Keras (.h5)",
  recognises: (files) => {
    const [bytes, ...others] = files.values();
    return others.length === 0 && bytes !== undefined && modelFileKind(bytes) === "hdf5";
  },
  choices: ["inputShape"],
  read: readLegacy,
};

async function readLegacy(files: FileMap, { model: options, choices, warn }: ReadContext): Promise<Model> {
  const [[who, bytes]] = [...files] as [[string, Uint8Array]];
  const root = readHdf5(who, bytes);
  const [text, weights] = [textOf(root.attributes, "model_config"), root.children.get("model_weights")];
  if (text === undefined || weights?.kind !== "group") {
    throw new HeddleError({
      who,
      expected: "a whole model of Keras, with model_config and model_weights",
      received: "an HDF5 file without, such as weights alone",
      next: "Set them in a model: heddle import with `model`, or importWeights in code; or save the whole model as .keras.",
    });
  }
  const json = parseJson(`${who}, model_config`, text);
  const { model, layers } = locatedModel(who, json, { ...options, ...choices });
  // That it is a model's is known now.
  const archived = archivedLayers(who, json as JsonObject);
  const built = archived.map((one) => ({ archived: one, layer: layers.get(one.path) }));
  await setWeights(who, matchLegacyWeights(built, weights));
  const training = textOf(root.attributes, "training_config");
  const config = training === undefined ? undefined : parseJson(`${who}, training_config`, training);
  const warnOf = (message: string) => warn(`${who}: ${message}`);
  if (isJsonObject(config) && compileAs(model, modernConfig(config), warnOf)) {
    await readOptimizerState(model, optimizerVariables(root), trainedWeights(built), warnOf);
  }
  return model;
}

/** The old names of a compile configuration. */
function modernConfig({ optimizer_config: optimizer, ...rest }: JsonObject): JsonObject {
  if (!isJsonObject(optimizer) || !isJsonObject(optimizer["config"])) return rest;
  // What Keras 2 had before schedules: none where it is 0.
  const { decay, ...config } = optimizer["config"];
  const own = decay === 0 || decay === undefined ? config : optimizer["config"];
  return { ...rest, optimizer: { ...optimizer, config: own } };
}

/** The optimizer's variables as an archive has them. Keras 2 keeps others in another order. */
function optimizerVariables({ attributes, children }: Hdf5Group): ReadonlyMap<string, Hdf5Dataset> {
  const group = children.get("optimizer_weights");
  if (group?.kind !== "group" || !textOf(attributes, "keras_version")?.startsWith("3.")) return new Map();
  const variables = listOf(group.attributes, "weight_names").map((name) => datasetAt(group, name));
  return new Map(
    variables.flatMap((variable, index) => (variable ? [[`optimizer/vars/${index}`, variable]] : [])),
  );
}

/** Variables of layers that draw at random, in Keras 2. */
const GENERATOR = /StateVar|seed_generator/;

/**
 * Matches weights with the datasets that each layer of the model names: in their order, as Keras does; those of an inner model
 * are in one list, the trained ones first.
 */
function matchLegacyWeights(layers: BuiltLayers, group: Hdf5Group): Matches {
  const pairs: (readonly [Layer["weights"][number], Hdf5Dataset])[] = [];
  const unfilled: string[] = [];
  const misshaped: string[] = [];
  const extra = new Set<string>();
  const names = new Set(listOf(group.attributes, "layer_names"));
  const topOf = (path: string) => path.split("/")[0]!;
  const owners = new Set(layers.map(({ archived }) => topOf(archived.path)));
  for (const name of new Set([...owners, ...names])) {
    const own = layers.filter(({ archived }) => topOf(archived.path) === name);
    const all = own.flatMap(({ layer }) => layer?.weights ?? []);
    const weights = [
      ...all.filter(({ trainable }) => trainable),
      ...all.filter(({ trainable }) => !trainable),
    ];
    const child = group.children.get(name);
    const stored = child?.kind === "group" ? child : undefined;
    const places = stored
      ? listOf(stored.attributes, "weight_names").filter((place) => !GENERATOR.test(place))
      : [];
    for (const [index, weight] of weights.entries()) {
      const place = places[index];
      const dataset = stored && place !== undefined ? datasetAt(stored, place) : undefined;
      if (!dataset) unfilled.push(`${weight.name} (model_weights/${name})`);
      else if (!sameShape(dataset.shape, weight.shape)) {
        misshaped.push(
          `${weight.name} [${weight.shape.join(", ")}] from [${dataset.shape.join(", ")}] of ${place}`,
        );
      } else pairs.push([weight, dataset]);
    }
    for (const place of places.slice(weights.length)) extra.add(`${name}: ${place}`);
  }
  return { pairs, unfilled, misshaped, extra: [...extra] };
}

function datasetAt(group: Hdf5Group, path: string): Hdf5Dataset | undefined {
  let at: Hdf5Group | Hdf5Dataset | undefined = group;
  for (const name of path.split("/")) at = at?.kind === "group" ? at.children.get(name) : undefined;
  return at?.kind === "dataset" ? at : undefined;
}

/** A list of texts; a long one is split into several attributes with numbers after their names. */
function listOf(attributes: Attributes, name: string): readonly string[] {
  const whole = attributes.get(name);
  if (whole !== undefined) return typeof whole === "string" ? [whole] : whole;
  const parts: string[] = [];
  for (let number = 0; ; number++) {
    const part = attributes.get(`${name}${number}`);
    if (part === undefined) return parts;
    parts.push(...(typeof part === "string" ? [part] : part));
  }
}

function textOf(attributes: Attributes, name: string): string | undefined {
  const text = attributes.get(name);
  return typeof text === "string" ? text : undefined;
}
