import type { Layer, Model, Shape } from "@heddle/core";
import { UnsupportedError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, type Json, type JsonObject } from "@heddle/core/internal/base/json.js";
import { VERSION } from "@heddle/core/internal/base/version.js";
import { FACTS_KEY } from "@heddle/core/internal/network/model-facts.js";
import type { FileMap, WriteContext } from "../format.js";
import { type FoundReceipt, receiptIn } from "../receipt.js";
import { Inexpressible, type Part, type PartWeight } from "./parts.js";
import { modelJsonIn } from "./read.js";
import { layerWriters } from "./write-layers.js";
import { tfjsConfig } from "./write-rules.js";

/** The version of TensorFlow.js whose files these are like. */
const TFJS_VERSION = "4.22.0";
const WEIGHTS = "model.weights.bin";
/** TensorFlow.js keeps the metadata of a model that it trains and saves, but writes its own name. */
const WRITER = "Heddle ";

/** A value: which call of which layer computes it. */
type Reference = readonly [layer: string, call: number];

/** A layer of TensorFlow.js with its calls. */
interface Written {
  readonly className: string;
  readonly config: JsonObject;
  readonly weights: readonly (PartWeight & { readonly fullName: string })[];
  readonly calls: (readonly Reference[])[];
}

/**
 * Writes a model as TensorFlow.js's own saver does: `model.json` and one file with the weights.
 *
 * @throws HeddleError when TensorFlow.js lacks layers: all of them are named
 */
export async function writeTfjs(
  model: Model,
  { warn, about }: WriteContext,
): Promise<Record<string, Uint8Array>> {
  const writing = new Writing(model);
  const { layers, output } = writing.written(warn);
  const weights = layers
    .flatMap((layer) => layer.weights)
    // As TensorFlow.js sorts them.
    .sort((a, b) => Number(b.trained) - Number(a.trained));
  const bytes = bytesOf(weights);
  const facts = await about(bytes);
  const json = {
    format: "layers-model",
    generatedBy: `${WRITER}${VERSION}`,
    convertedBy: null,
    modelTopology: {
      ...topology(model, { layers, output, input: writing.input }),
      keras_version: `tfjs-layers ${TFJS_VERSION}`,
      backend: "tensor_flow.js",
    },
    weightsManifest: [
      {
        paths: [`./${WEIGHTS}`],
        weights: weights.map(({ fullName, shape }) => ({ name: fullName, shape, dtype: "float32" })),
      },
    ],
    ...(Object.keys(facts).length > 0 && { userDefinedMetadata: { [FACTS_KEY]: facts } }),
  };
  return {
    "model.json": new TextEncoder().encode(JSON.stringify(json)),
    [WEIGHTS]: bytes,
  };
}

/** The receipt of files that Heddle wrote. */
export async function tfjsReceipt(files: FileMap): Promise<FoundReceipt | undefined> {
  const { who, json } = modelJsonIn(files)!;
  const { generatedBy, userDefinedMetadata: metadata } = json;
  const weights = files.get(WEIGHTS);
  const isOurs = typeof generatedBy === "string" && generatedBy.startsWith(WRITER);
  if (!isOurs || !weights || !isJsonObject(metadata)) return undefined;
  return receiptIn(who, metadata[FACTS_KEY], weights);
}

interface Graph {
  readonly layers: readonly Written[];
  readonly output: Reference;
}

class Writing {
  readonly input: string;
  /** Names that are given, and those that layers will have. */
  private readonly names = new Set<string>();
  private readonly given = new Set<string>();

  constructor(private readonly model: Model) {
    for (const { name } of model.layers) this.names.add(validName(name));
    this.input = this.unique("input");
  }

  /** The layers in their order, with what each call reads. */
  written(warn: (message: string) => void): Graph {
    const { model } = this;
    /** What each layer is; some are something else for inputs of another size. */
    const layers = new Map<Layer, readonly { readonly key: string; readonly parts: readonly Written[] }[]>();
    const values: Reference[] = [];
    const [missing, leftOut]: [string[], Set<string>] = [[], new Set()];
    for (const { layer, inputs, inputShapes, output } of model.placed) {
      const reads = inputs.map((from): Reference => (from < 0 ? [this.input, 0] : values[from]!));
      const { className, name } = layer;
      const parts = this.partsOf(className, () => {
        const config = tfjsConfig(layer.getConfig());
        return layerWriters[className]!({ layer, config, inputShapes, output });
      });
      if (typeof parts === "string") {
        missing.push(`${className} "${name}"${parts && ` with ${parts}`}`);
        // For the layers after it, so that all that is missing can be named.
        values.push(reads[0] ?? [this.input, 0]);
        continue;
      }
      if (layer.activityRegularizer)
        warn(`${layer.who}: TensorFlow.js has no penalty on outputs: it is left out.`);
      if (parts.length === 0) leftOut.add(className);
      const key = JSON.stringify(parts.map((part) => [part.className, part.config]));
      const known = layers.get(layer)?.find((one) => one.key === key);
      const own = known?.parts ?? this.named(parts, name, layer.trainable);
      if (!known) layers.set(layer, [...(layers.get(layer) ?? []), { key, parts: own }]);
      const places: Reference[] = [];
      for (const [index, part] of parts.entries()) {
        const from = part.inputs?.map((one) => ("read" in one ? reads[one.read]! : places[one.part]!));
        const written = own[index]!;
        written.calls.push(from ?? (index === 0 ? reads : [places.at(-1)!]));
        places.push([written.config["name"] as string, written.calls.length - 1]);
      }
      values.push(places.at(-1) ?? reads[0]!);
    }
    if (missing.length > 0) throw unsupported(model, missing);
    if (leftOut.size > 0) {
      warn(`TensorFlow.js has no ${[...leftOut].join(", ")}: left out, since it acts in training alone.`);
    }
    return { layers: [...layers.values()].flat().flatMap(({ parts }) => parts), output: values.at(-1)! };
  }

  /** The part with the weights keeps the layer's name. */
  private named(parts: readonly Part[], layer: string, trainable: boolean): readonly Written[] {
    const base = validName(layer);
    const weighted = parts.findIndex(({ weights = [] }) => weights.length > 0);
    const main = weighted < 0 ? parts.length - 1 : weighted;
    return parts.map((part, index) => {
      const isMain = index === main && !this.given.has(base);
      const name = isMain ? base : this.unique(`${base}_${part.className.toLowerCase()}`);
      this.given.add(name);
      return asWritten(part, name, trainable);
    });
  }

  /** The parts of a layer, or what it has that cannot be written, in words. */
  private partsOf(className: string, write: () => readonly Part[]): readonly Part[] | string {
    if (!Object.hasOwn(layerWriters, className)) return "";
    try {
      return write();
    } catch (thrown) {
      if (thrown instanceof Inexpressible) return thrown.message;
      throw thrown;
    }
  }

  private unique(base: string): string {
    let name = base;
    for (let number = 1; this.names.has(name); number++) name = `${base}_${number}`;
    this.names.add(name);
    return name;
  }
}

/** TensorFlow.js allows few letters in the names of weights, which begin with those of layers. */
function validName(name: string): string {
  return name.replace(/[^-A-Za-z0-9._]/g, "_").replace(/^[^A-Za-z0-9]/, "x$&");
}

function asWritten({ className, config, weights = [] }: Part, name: string, trainable: boolean): Written {
  return {
    className,
    config: { name, trainable, ...config },
    weights: weights.map((weight) => ({
      ...weight,
      fullName: `${name}/${weight.name}`,
      trained: weight.trained && trainable,
    })),
    calls: [],
  };
}

/** The model's JSON in the form of Keras 2: a chain, or a graph. */
function topology(model: Model, { layers, output, input }: Graph & { readonly input: string }): JsonObject {
  const first = inputLayer(input, model.inputShape);
  const isChain = layers.every(({ calls }, index) => {
    const [call, ...others] = calls;
    const before = index === 0 ? input : layers[index - 1]!.config["name"];
    return others.length === 0 && call?.length === 1 && call[0]![0] === before;
  });
  const isLast = output[0] === (layers.at(-1)?.config["name"] ?? input);
  if (isChain && isLast) {
    const list = layers.map(({ className, config }) => ({ class_name: className, config }));
    return { class_name: "Sequential", config: { name: model.name, layers: [first, ...list] } };
  }
  const graph = layers.map(({ className, config, calls }): JsonObject => {
    const nodes = calls.map((call) => call.map(([layer, number]): Json => [layer, number, 0, {}]));
    return { name: config["name"]!, class_name: className, config, inbound_nodes: nodes };
  });
  return {
    class_name: "Model",
    config: {
      name: model.name,
      layers: [{ ...first, name: input, inbound_nodes: [] }, ...graph],
      input_layers: [[input, 0, 0]],
      output_layers: [[...output, 0]],
    },
  };
}

function inputLayer(name: string, shape: Shape): JsonObject {
  const config = { batch_input_shape: [null, ...shape], dtype: "float32", sparse: false, name };
  return { class_name: "InputLayer", config };
}

function bytesOf(weights: readonly PartWeight[]): Uint8Array {
  const bytes = new Uint8Array(4 * weights.reduce((sum, { values }) => sum + values.length, 0));
  let at = 0;
  for (const { values } of weights) {
    bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), at);
    at += values.byteLength;
  }
  return bytes;
}

function unsupported(model: Model, missing: readonly string[]): UnsupportedError {
  return new UnsupportedError(
    {
      who: `Model "${model.name}"`,
      expected: "layers that TensorFlow.js has",
      received: missing.join(", "),
      next: "Replace them, or export as ONNX; docs/interchange.md lists what is written.",
    },
    missing,
  );
}
