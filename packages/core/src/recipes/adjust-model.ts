import { numberIn } from "../base/config.js";
import { HeddleError } from "../base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import { serialize } from "../base/registry.js";
import { L1, L1L2, L2 } from "../regularizers/index.js";
import { type Augmentation, augmentationLayers } from "./augmentation.js";
import type { GivenSettings } from "./settings.js";

/** What settings may change in a model. */
type ModelSettings = Pick<GivenSettings, "augment" | "dropout" | "l1" | "l2">;

type LayerJson = JsonObject & { readonly class_name: string; readonly config: JsonObject };

const DROPOUTS = ["Dropout", "SpatialDropout2D"];
/** Layers that an augmentation replaces; RandomCrop, which changes the size, stays. */
const RANDOM = ["Flip", "Translation", "Rotation", "Zoom", "Contrast", "Erasing"].map(
  (name) => `Random${name}`,
);
/** The kernels of each layer that a penalty applies to, by Keras's names. */
const KERNELS: Readonly<Record<string, readonly string[]>> = {
  Conv2D: ["kernel_regularizer"],
  DepthwiseConv2D: ["depthwise_regularizer"],
  SeparableConv2D: ["depthwise_regularizer", "pointwise_regularizer"],
  Dense: ["kernel_regularizer"],
};

/**
 * A model's JSON with settings applied: `dropout` becomes the rate of all its dropout layers; `l1` and `l2` become the
 * penalties on the kernels of its convolutions, or of its dense layers if it has no convolution; `augment` replaces its
 * random layers.
 *
 * @param json a model that Heddle has read, so that it is as Keras writes it
 * @throws HeddleError when the model has no layer that a setting applies to
 */
export function adjustModel(json: JsonObject, { augment, dropout, l1, l2 }: ModelSettings): JsonObject {
  let adjusted = json;
  if (dropout !== undefined) {
    adjusted = mapLayers(
      adjusted,
      { who: "`dropout`", expected: "a Dropout layer", classes: DROPOUTS },
      ({ config }) => ({ ...config, rate: dropout }),
    );
  }
  if (l1 !== undefined || l2 !== undefined) {
    const who = [l1 !== undefined && "`l1`", l2 !== undefined && "`l2`"].filter(Boolean).join(" and ");
    const convolutions = Object.keys(KERNELS).filter((name) => name !== "Dense");
    const classes = layersOf(json).some(({ class_name: name }) => convolutions.includes(name))
      ? convolutions
      : ["Dense"];
    const penalty = penaltyOf(l1 ?? 0, l2 ?? 0);
    adjusted = mapLayers(
      adjusted,
      { who, expected: "a convolution or a dense layer", classes },
      ({ class_name: name, config }) => ({
        ...config,
        ...Object.fromEntries(KERNELS[name]!.map((kernel) => [kernel, penalty])),
      }),
    );
  }
  return augment === undefined ? adjusted : withAugmentation(adjusted, augment);
}

function layersOf(json: JsonObject): readonly LayerJson[] {
  const { config } = json;
  const list: readonly Json[] =
    isJsonObject(config) && Array.isArray(config["layers"]) ? config["layers"] : [];
  return list.filter(isLayer);
}

function isLayer(value: Json): value is LayerJson {
  return isJsonObject(value) && typeof value["class_name"] === "string" && isJsonObject(value["config"]);
}

function withLayers(json: JsonObject, list: readonly LayerJson[]): JsonObject {
  const config = isJsonObject(json["config"]) ? json["config"] : {};
  return { ...json, config: { ...config, layers: list } };
}

/** Changes the layers of some classes; `expected` says what the model must have. */
function mapLayers(
  json: JsonObject,
  { who, expected, classes }: { who: string; expected: string; classes: readonly string[] },
  change: (layer: LayerJson) => JsonObject,
): JsonObject {
  const list = layersOf(json);
  const matches = (layer: LayerJson) => classes.includes(layer.class_name);
  if (list.some(matches)) {
    return withLayers(
      json,
      list.map((layer) => (matches(layer) ? { ...layer, config: change(layer) } : layer)),
    );
  }
  throw new HeddleError({
    who,
    expected: `a model with ${expected}`,
    received: `a model of ${[...new Set(list.map(({ class_name: name }) => name))].join(", ")}`,
    next: `Add such a layer to the model, or remove ${who}.`,
  });
}

function penaltyOf(l1: number, l2: number): Json {
  if (l1 === 0 && l2 === 0) return null;
  return serialize(l1 === 0 ? new L2(l2) : l2 === 0 ? new L1(l1) : new L1L2({ l1, l2 }));
}

/** What bytes become in a Rescaling. */
function rangeAfter(config: JsonObject): readonly [low: number, high: number] {
  const offset = numberIn(config, "offset", 0);
  return [offset, 255 * numberIn(config, "scale") + offset];
}

/** Random layers follow the input, or the rescaling that turns bytes into numbers around 1. */
function withAugmentation(json: JsonObject, augment: Augmentation): JsonObject {
  if (json["class_name"] !== "Sequential") {
    throw new HeddleError({
      who: "`augment`",
      expected: "a sequential model, to add layers after the input",
      received: "a functional model",
      next: "Put RandomTranslation, RandomFlip and the like into the model's JSON.",
    });
  }
  const list = layersOf(json).filter(({ class_name: name }) => !RANDOM.includes(name));
  const [input, first, ...rest] = list;
  const rescaled = first?.class_name === "Rescaling";
  const range = rescaled ? rangeAfter(first.config) : ([0, 255] as const);
  const added = augmentationLayers(augment, range).filter(isLayer);
  const beginning = first === undefined ? [] : rescaled ? [first, ...added] : [...added, first];
  return withLayers(json, [...(input ? [input] : []), ...beginning, ...rest]);
}
