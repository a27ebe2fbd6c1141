import { fromBinary } from "@bufbuild/protobuf";
import { HeddleError, messageOf } from "@heddle/core/internal/base/errors.js";
import { MAXIMUM_FILE_BYTES } from "@heddle/core/internal/base/limits.js";
import { type ElementType, elementTypeOf } from "../elements.js";
import type { ValueInfoProto } from "../schema/onnx_pb.js";
import { type GraphProto, type ModelProto, ModelProtoSchema, type TensorProto } from "../schema/onnx_pb.js";
import { damaged } from "./fault.js";
import { externalLocation } from "./initializer.js";

/** The versions of ONNX's operators that are read. */
export const OPSETS = { first: 7, last: 26 } as const;

/** What a model's file says, before its graph is followed. */
export interface Source {
  readonly graph: GraphProto;
  readonly opset: number;
  readonly input: SourceInput;
  /** The name of the value that the model computes. */
  readonly output: string;
  readonly metadata: ReadonlyMap<string, string>;
}

/** A model's input; sizes that depend on the data are undefined. */
export interface SourceInput {
  readonly name: string;
  readonly type: ElementType;
  /** The batch first. */
  readonly sizes: readonly (number | undefined)[];
}

/** Decodes a file's messages. */
export function decodeModel(
  who: string,
  bytes: Uint8Array,
): { readonly model: ModelProto; readonly graph: GraphProto } {
  if (bytes.length > MAXIMUM_FILE_BYTES) throw damaged(who, "a file below 2 GiB", `${bytes.length} bytes`);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes, { readUnknownFields: false });
  } catch (cause) {
    const parts = { who, expected: "an ONNX model", received: `bytes that are none (${messageOf(cause)})` };
    throw new HeddleError({ ...parts, next: "The file is damaged, or of another format." }, { cause });
  }
  const { graph } = model;
  if (graph === undefined || graph.node.length === 0) {
    throw damaged(who, "an ONNX model with a graph of nodes", graph ? "a graph without nodes" : "no graph");
  }
  return { model, graph };
}

/** Checks versions, inputs and outputs. */
export function sourceOf(
  who: string,
  model: ModelProto,
  graph: GraphProto,
  outputName: string | undefined,
): Source {
  const initializers = new Set(graph.initializer.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !initializers.has(name));
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new HeddleError({
      who,
      expected: "a model with one input",
      received: inputs.length === 0 ? "none" : `${inputs.length}: ${quoted(inputs)}`,
      next: "Export a model that classifies single images.",
    });
  }
  return {
    graph,
    opset: opsetOf(who, model),
    input: inputOf(who, input),
    output: chosenOutput(who, graph, outputName),
    metadata: new Map(model.metadataProps.map(({ key, value }) => [key, value])),
  };
}

/** The names of the files that hold weights, each once. */
export function externalFilesOf(who: string, tensors: readonly TensorProto[]): Set<string> {
  const locations = tensors.map((tensor) => externalLocation(who, tensor));
  return new Set(locations.filter((location) => location !== undefined));
}

function opsetOf(who: string, { opsetImport }: ModelProto): number {
  const standard = opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx");
  const opset = Number(standard?.version ?? 0);
  if (opset >= OPSETS.first && opset <= OPSETS.last) return opset;
  throw new HeddleError({
    who,
    expected: `operators of opset ${OPSETS.first} to ${OPSETS.last}`,
    received: standard ? `opset ${opset}` : "no opset",
    next: "Export the model with another opset_version, or convert it with onnx.version_converter.",
  });
}

function inputOf(who: string, { name, type }: ValueInfoProto): SourceInput {
  const tensor = type?.value.case === "tensorType" ? type.value.value : undefined;
  const dims = tensor?.shape?.dim;
  if (tensor === undefined || dims === undefined || dims.length < 2) {
    throw new HeddleError({
      who,
      expected: `an input "${name}" [batch, …] with its sizes`,
      received: dims === undefined ? "no sizes" : `${dims.length} axes`,
      next: "Export the model with an example input of a batch of images.",
    });
  }
  const sizes = dims.map(({ value }) => {
    const size = value.case === "dimValue" ? Number(value.value) : 0;
    return size > 0 ? size : undefined;
  });
  return { name, type: elementTypeOf(`${who}, input "${name}"`, tensor.elemType), sizes };
}

function chosenOutput(who: string, { output }: GraphProto, name: string | undefined): string {
  const chosen = name === undefined ? output[0] : output.find((one) => one.name === name);
  if (chosen !== undefined && (name !== undefined || output.length === 1)) return chosen.name;
  throw new HeddleError({
    who,
    expected: name === undefined ? "a model with one output" : `an output named ${JSON.stringify(name)}`,
    received: output.length === 0 ? "none" : quoted(output),
    next: "Choose one of them with `output`.",
  });
}

function quoted(values: readonly ValueInfoProto[]): string {
  return values
    .slice(0, 8)
    .map(({ name }) => `"${name}"`)
    .join(", ");
}
