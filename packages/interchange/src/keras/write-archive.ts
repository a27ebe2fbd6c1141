import type { Layer, Model } from "@heddle/core";
import { isJsonObject, type JsonObject } from "@heddle/core/internal/base/json.js";
import type { Weight } from "@heddle/core/internal/ops/weight.js";
import { type Hdf5DatasetContent, type Hdf5GroupContent, writeHdf5 } from "../containers/hdf5/write.js";
import { writeZip } from "../containers/zip.js";
import type { WriteContext } from "../format.js";
import { RECEIPT_KEY } from "../receipt.js";
import { archivedLayers } from "./archived-layers.js";
import { inKerasOrder } from "./layer-order.js";
import { placedVariables } from "./layer-variables.js";
import { checkForKeras } from "./not-in-keras.js";
import { optimizerVariables } from "./optimizer-state.js";
import type { BuiltLayers } from "./set-weights.js";
import { compileConfig, compileConfigText } from "./write-compile-config.js";

/** The version of Keras whose files these are like. */
const KERAS_VERSION = "3.15.1";

/** What Heddle says about the model; an archive that Keras has written again has none. */
export const ABOUT = "heddle.json";

/** Writes a model as Keras 3's `model.save` does. */
export async function writeArchive(
  model: Model,
  { name, warn, about }: WriteContext,
): Promise<Record<string, Uint8Array>> {
  checkForKeras(model, warn);
  const { json, layers } = describedForKeras(name, model);
  const compiled = compileConfig(model, warn);
  const text = JSON.stringify({ ...json, build_config: { input_shape: null } });
  const config = `${text.slice(0, -1)},"compile_config":${compileConfigText(compiled)}}`;
  const metadata = { keras_version: KERAS_VERSION, date_saved: "1980-01-01@00:00:00" };
  const encoder = new TextEncoder();
  const file = `${name}.keras`;
  const weights = writeHdf5(file, await weightsTree(model, layers, compiled));
  const said = await about(weights);
  const archive = writeZip(file, {
    "metadata.json": encoder.encode(JSON.stringify(metadata)),
    "config.json": encoder.encode(config),
    "model.weights.h5": weights,
    // Keras ignores further entries. The configuration has the rest of what is said.
    ...(RECEIPT_KEY in said && { [ABOUT]: encoder.encode(JSON.stringify(said)) }),
  });
  return { [file]: archive };
}

/** A model's JSON in Keras's order, and its layers by their places there. */
export function describedForKeras(
  who: string,
  model: Model,
): { readonly json: JsonObject; readonly layers: BuiltLayers } {
  const json = model.toJson();
  const { config } = json;
  const isGraph = json["class_name"] !== "Sequential" && isJsonObject(config);
  const ordered = isGraph ? { ...json, config: inKerasOrder(config) } : json;
  const byName = new Map<string, Layer>(model.layers.map((layer) => [layer.name, layer]));
  const layers = archivedLayers(who, ordered).map((archived) => ({
    archived,
    layer: byName.get(archived.path),
  }));
  return { json: ordered, layers };
}

/** The trained weights of layers, in Keras's order. */
export function trainedWeights(layers: BuiltLayers): readonly Weight[] {
  return layers.flatMap(({ layer }) => (layer ? layer.weights.filter(({ trainable }) => trainable) : []));
}

/** The groups of an archive: a model's weights, and its optimizer's state. */
export async function weightsTree(
  model: Model,
  layers: BuiltLayers,
  { optimizer }: JsonObject,
): Promise<Group> {
  const root = new Group();
  root.group("vars").attributes = { name: model.name };
  for (const { archived, layer } of layers) {
    const group = root.group(archived.group);
    group.group("vars").attributes = { name: archived.path.split("/").at(-1)! };
    for (const { weight, place } of layer ? placedVariables(layer) : []) {
      group.add(place, { shape: weight.shape, values: weight.read() });
    }
  }
  if (isJsonObject(optimizer) && isJsonObject(optimizer["config"])) {
    const { learning_rate: rate } = optimizer["config"];
    const learningRate = typeof rate === "number" ? rate : undefined;
    root.group("optimizer/vars").attributes = { name: model.training.optimizer.className.toLowerCase() };
    for (const [path, variable] of await optimizerVariables(model, trainedWeights(layers), learningRate)) {
      root.add(path, variable);
    }
  }
  return root;
}

/** A group that grows by paths. */
export class Group implements Hdf5GroupContent {
  attributes: Readonly<Record<string, string>> = {};
  readonly children = new Map<string, Group | Hdf5DatasetContent>();

  /** The group at a path below this one. */
  group(path: string): Group {
    return path.split("/").reduce((around: Group, name) => {
      const known = around.children.get(name);
      if (known instanceof Group) return known;
      const group = new Group();
      around.children.set(name, group);
      return group;
    }, this);
  }

  add(path: string, dataset: Hdf5DatasetContent): void {
    const end = path.lastIndexOf("/");
    this.group(path.slice(0, end)).children.set(path.slice(end + 1), dataset);
  }
}
