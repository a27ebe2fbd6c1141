import { Activation as Linear, type Model, type ModelOptions } from "@heddle/core";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { isJsonObject, parseJson } from "@heddle/core/internal/base/json.js";
import { checkOptions } from "@heddle/core/internal/base/known-options.js";
import { anyObject, oneOf, text } from "@heddle/core/internal/base/rules.js";
import { type Shape, sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { FACTS_KEY, factsIn, type ModelFacts } from "@heddle/core/internal/network/model-facts.js";
import type { FileMap } from "../../format.js";
import type { GraphProto } from "../schema/onnx_pb.js";
import { type Activation, channelsLast, inLayout, placed, sameOrder } from "./activation.js";
import { damaged, Lacking, unsupportedNodes } from "./fault.js";
import { follow, leftOver, neededNodes, unread } from "./follow.js";
import { type ExternalFiles, readTensor } from "./initializer.js";
import { inputLayout } from "./input-layout.js";
import { type Budget, Node } from "./node.js";
import type { Value } from "./operators/operator.js";
import { modelOf, Piece } from "./piece.js";
import { decodeModel, externalFilesOf, type Source, type SourceInput, sourceOf } from "./source.js";

/** How an ONNX file is read. */
export interface ReadOnnxOptions {
  /**
   * The files next to the model, by their names: weights may be in them.
   *
   * @defaultValue none
   */
  readonly files?: FileMap;
  /**
   * Name, seed, classes and pictures of the model, which take the place of the file's.
   *
   * @defaultValue the file's
   */
  readonly model?: ModelOptions;
  /**
   * The shape of an input, `[height, width, channels]`, where the file leaves it open.
   *
   * @defaultValue the file's
   */
  readonly inputShape?: Shape;
  /**
   * The output that becomes the model's, where there are several.
   *
   * @defaultValue the only one
   */
  readonly output?: string;
  /**
   * `"ignore"` reads a file although some of its weights belong to nothing.
   *
   * @defaultValue `"refuse"`
   */
  readonly unusedWeights?: "refuse" | "ignore";
}

const RULES = {
  files: anyObject,
  model: anyObject,
  inputShape: {
    expected: "a list of sizes above 0",
    accepts: (value: unknown) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.every((size) => Number.isSafeInteger(size) && size > 0),
  },
  output: text,
  unusedWeights: oneOf("refuse", "ignore"),
};

/**
 * Reads an ONNX model as one that can be trained on: its nodes become layers, its channels come last.
 *
 * @param who names the file in errors
 * @throws HeddleError when the file is damaged, or has what Heddle cannot read: all of it is named
 */
export function readOnnx(who: string, bytes: Uint8Array, options: ReadOnnxOptions = {}): Model {
  checkOptions("readOnnx", options, RULES);
  const { model, graph } = decodeModel(who, bytes);
  const source = sourceOf(who, model, graph, options.output);
  const files = externalFiles(who, graph, options.files);
  const budget = budgetOf(bytes, files);
  const nodes = graph.node.map((proto) => new Node(who, proto, source.opset, files, budget));
  const used = neededNodes(who, nodes, source.output);
  const unusedNames = unread(graph, used, source.output);
  if (unusedNames.length > 0 && options.unusedWeights !== "ignore") throw leftOver(who, unusedNames);
  const { value: input, piece } = inputValue(who, source, used, options.inputShape);
  const known = new Map<string, Value>([[source.input.name, input]]);
  const unusedSet = new Set(unusedNames);
  for (const tensor of graph.initializer) {
    if (unusedSet.has(tensor.name)) continue;
    if (known.has(tensor.name))
      throw damaged(who, "initializers with different names", `two named "${tensor.name}"`);
    known.set(tensor.name, readTensor(who, tensor, files));
  }
  const output = follow(who, used, { known, output: source.output });
  if (output.kind === "constant") throw damaged(who, "an output that depends on the input", "a constant");
  return modelOf(piece, lastPiece(who, output, piece, source.output), {
    ...factsOf(who, source, graph.name),
    ...options.model,
  });
}

/** What a file may ask to be computed from its constants: weights of four bits become numbers, shapes become larger. */
function budgetOf(bytes: Uint8Array, files: ExternalFiles): Budget {
  const total = [...files.values()].reduce((sum, file) => sum + file.length, bytes.length);
  return { left: 8 * total + 2 ** 16 };
}

/** The files that hold weights, of those that were passed. */
function externalFiles(who: string, graph: GraphProto, files: FileMap = new Map()): ExternalFiles {
  const names = externalNames(who, graph);
  const missing = names.filter((name) => !files.has(name));
  if (missing.length === 0) return new Map(names.map((name) => [name, files.get(name)!]));
  throw new HeddleError({
    who,
    expected: "a model with its weights in the same file, or in files passed with it",
    received: `weights in ${missing.map((name) => JSON.stringify(name)).join(", ")}`,
    next: "Pass those files too, or save the model again with external_data=False.",
  });
}

/** The names of the files that hold weights. */
export function externalNames(who: string, graph: GraphProto): string[] {
  const inNodes = graph.node.flatMap(({ attribute }) => attribute.flatMap(({ t }) => (t ? [t] : [])));
  return [...externalFilesOf(who, [...graph.initializer, ...inNodes])];
}

/** The model's input, in the layout that the first layers need. */
function inputValue(
  who: string,
  { input }: Source,
  nodes: readonly Node[],
  given: Shape | undefined,
): { readonly value: Value; readonly piece: Piece } {
  const layout = inputLayout(input, nodes);
  const shape = layout.map((axis, place) => input.sizes[axis + 1] ?? given?.[place]);
  const fits = given === undefined || sameShape(given, shape as Shape);
  if (!shape.every((size) => size !== undefined) || !fits) {
    throw new HeddleError({
      who,
      expected: "an input of known size",
      received: `[${sizesOf(input)}]${given ? ` and [${given.join(", ")}]` : ""}`,
      next: "Set its size with `inputShape`: [height, width, channels].",
    });
  }
  if (!(sizeOf(shape) <= 2 ** 27))
    throw damaged(who, "an input that fits into memory", `[${shape.join(", ")}]`);
  const piece = new Piece({ inputs: [], shape, nonNegative: input.type === "uint8" });
  return { piece, value: placed(piece, layout) };
}

function sizesOf({ sizes }: SourceInput): string {
  return sizes.map((size) => size ?? "?").join(", ");
}

/** The piece that holds the output: with the channels last, or in ONNX's own order. */
function lastPiece(who: string, output: Activation, first: Piece, name: string): Piece {
  try {
    const rank = output.shape.length;
    const isUsual = [channelsLast(rank), sameOrder(rank)].some((layout) => sameShape(layout, output.layout));
    const { piece } = inLayout(output, isUsual ? output.layout : sameOrder(rank));
    if (piece !== first) return piece;
    const { shape } = piece;
    return new Piece({ make: () => new Linear("linear"), inputs: [piece], shape });
  } catch (thrown) {
    if (!(thrown instanceof Lacking)) throw thrown;
    throw unsupportedNodes(who, [{ operator: "the output", name, detail: thrown.message }]);
  }
}

/** Class names, how pictures become inputs, and the model's name, where Heddle wrote them. */
function factsOf(
  who: string,
  { metadata }: Source,
  graphName: string,
): ModelFacts & { readonly name?: string } {
  const written = metadata.get(FACTS_KEY);
  const name = graphName === "" || graphName.includes("/") ? {} : { name: graphName };
  if (written === undefined) return name;
  const json = parseJson(`${who}, metadata "${FACTS_KEY}"`, written);
  return { ...name, ...(isJsonObject(json) ? factsIn(who, { [FACTS_KEY]: json }) : {}) };
}
