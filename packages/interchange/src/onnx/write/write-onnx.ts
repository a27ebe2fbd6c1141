import { create, toBinary } from "@bufbuild/protobuf";
import type { Model, Shape } from "@heddle/core";
import { UnsupportedError } from "@heddle/core/internal/base/errors.js";
import { checkOptions } from "@heddle/core/internal/base/known-options.js";
import { oneOf } from "@heddle/core/internal/base/rules.js";
import { FACTS_KEY, factsJson } from "@heddle/core/internal/network/model-facts.js";
import { FLOAT, UINT8 } from "../elements.js";
import { type ModelProto, ModelProtoSchema } from "../schema/onnx_pb.js";
import { activationWriters } from "./activations.js";
import { multiHeadAttention } from "./attention.js";
import { GraphWriter } from "./graph-writer.js";
import { imageWriters } from "./images.js";
import { Inexpressible, type LayerWriter } from "./layer-writer.js";
import { mergeWriters } from "./merges.js";
import { natural, type Value } from "./value.js";
import { weightedWriters } from "./weighted.js";

/** How a model is written as ONNX. */
export interface WriteOnnxOptions {
  /**
   * The type of the input's numbers.
   *
   * @defaultValue `"uint8"` for images, unless the model's pictures have another range than 0 to 255; `"float32"` for others
   */
  readonly input?: "uint8" | "float32";
  /**
   * Further entries of the file's metadata.
   *
   * @defaultValue none
   */
  readonly metadata?: Readonly<Record<string, string>>;
}

const RULES = {
  input: oneOf("uint8", "float32"),
  metadata: {
    expected: "an object of texts",
    accepts: (value: unknown) =>
      typeof value === "object" &&
      value !== null &&
      Object.values(value).every((one) => typeof one === "string"),
  },
};

/** Operators of opset 20, the first with Gelu, in files of version 9, which ONNX Runtime reads from 1.17 on. */
export const WRITTEN_OPSET = 20n;
const IR_VERSION = 9n;

/** Tools that change a model write their own name. */
export const PRODUCER = "Heddle";

/** The names of the input and the output. */
const INPUT = "input";
const OUTPUT = "output";

/** Layers that pass their input on outside of training. */
const ONLY_IN_TRAINING = new Set([
  ...["Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "ActivityRegularization"],
  ...["RandomFlip", "RandomRotation", "RandomTranslation", "RandomZoom", "RandomContrast", "RandomErasing"],
  ...["RandomBrightness", "StochasticDepth"],
]);

const writers: Readonly<Record<string, LayerWriter>> = {
  ...activationWriters,
  ...imageWriters,
  ...mergeWriters,
  ...weightedWriters,
  MultiHeadAttention: multiHeadAttention,
};

/**
 * Writes a model as ONNX, for inference: layers that only training has are left out. The input is
 * `[batch, height, width, channels]`, of any batch size, as images have it; the preparation of pictures is part of the
 * graph. The metadata entry `heddle` holds class names and how pictures become inputs, as JSON.
 *
 * @throws HeddleError when the model has layers that ONNX cannot express: all of them are named
 */
export function writeOnnx(model: Model, options: WriteOnnxOptions = {}): Uint8Array {
  return toBinary(ModelProtoSchema, onnxModel(model, options));
}

/** The message that `writeOnnx` writes. */
export function onnxModel(model: Model, options: WriteOnnxOptions = {}): ModelProto {
  checkOptions("writeOnnx", options, RULES);
  const graph = new GraphWriter();
  const isBytes = (options.input ?? inputTypeOf(model)) === "uint8";
  graph.unique(INPUT);
  graph.unique(OUTPUT);
  const input: Value = { name: INPUT, shape: model.inputShape, layout: "last" };
  const start = isBytes
    ? { ...input, name: graph.add("Cast", `${INPUT}_float`, [INPUT], { to: BigInt(FLOAT) }) }
    : input;
  const last = natural(graph, writeLayers(graph, model, start));
  nameOutput(graph, last.name);
  const facts = factsJson(model)[FACTS_KEY];
  const metadata = {
    ...options.metadata,
    ...(facts !== undefined && { [FACTS_KEY]: JSON.stringify(facts) }),
  };
  return create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    opsetImport: [{ domain: "", version: WRITTEN_OPSET }],
    producerName: PRODUCER,
    graph: {
      name: model.name,
      node: graph.nodes,
      initializer: graph.initializers,
      input: [valueInfo(INPUT, isBytes ? UINT8 : FLOAT, model.inputShape)],
      output: [valueInfo(OUTPUT, FLOAT, model.outputShape)],
    },
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
}

function inputTypeOf({ inputShape, pictures }: Model): "uint8" | "float32" {
  const [black, white] = pictures?.range ?? [0, 255];
  return inputShape.length === 3 && black === 0 && white === 255 ? "uint8" : "float32";
}

/** Writes the layers in their order; returns the last one's value. */
function writeLayers(graph: GraphWriter, model: Model, start: Value): Value {
  const values: Value[] = [];
  const missing: string[] = [];
  for (const { layer, inputs, output } of model.placed) {
    const reads = inputs.map((from) => (from < 0 ? start : values[from]!));
    const { className, name } = layer;
    if (ONLY_IN_TRAINING.has(className)) {
      values.push(reads[0]!);
      continue;
    }
    const writer = Object.hasOwn(writers, className) ? writers[className] : undefined;
    try {
      if (writer === undefined) throw new Inexpressible("");
      values.push(writer(graph, { layer, config: layer.getConfig(), inputs: reads, output }));
    } catch (thrown) {
      if (!(thrown instanceof Inexpressible)) throw thrown;
      missing.push(`${className} "${name}"${thrown.message ? ` with ${thrown.message}` : ""}`);
      // For the layers after it, so that all that is missing can be named.
      values.push({ name, shape: output, layout: "last" });
    }
  }
  if (missing.length === 0) return values.at(-1)!;
  throw new UnsupportedError(
    {
      who: `Model "${model.name}"`,
      expected: "layers that can be written as ONNX",
      received: missing.join(", "),
      next: "Replace them; docs/interchange.md lists what is written.",
    },
    missing,
  );
}

/** Gives the last value the output's name. */
function nameOutput(graph: GraphWriter, name: string): void {
  const maker = graph.nodes.find(({ output }) => output[0] === name);
  const readers = graph.nodes.filter(({ input }) => input.includes(name));
  if (maker === undefined || readers.length > 0) {
    const identity = graph.add("Identity", "output_value", [name]);
    nameOutput(graph, identity);
    return;
  }
  maker.output[0] = OUTPUT;
}

function valueInfo(name: string, elemType: number, shape: Shape) {
  const dims = shape.map((size) => ({ value: { case: "dimValue", value: BigInt(size) } }) as const);
  const batch = { value: { case: "dimParam", value: "batch" } } as const;
  const tensor = { elemType, shape: { dim: [batch, ...dims] } };
  return { name, type: { value: { case: "tensorType", value: tensor } as const } };
}
