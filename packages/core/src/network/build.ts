import { HeddleError } from "../base/errors.js";
import { formatBytes, groupDigits } from "../base/format.js";
import { formatShape, type Shape, sizeOf } from "../base/shape.js";
import { type GraphOp, INPUT } from "../compiler/graph.js";
import type { Layer, Tensor } from "../layers/index.js";
import type { AnyNode } from "../ops/node.js";

/**
 * 512 MiB of weights. Training holds four copies (weights, gradients, Adam's two moments), and the engine's memory is
 * limited to 2 GiB.
 */
const MAXIMUM_PARAMETERS = 2 ** 27;

/** The most numbers in a layer's output for one sample: the engine's memory, in f32. */
const MAXIMUM_VALUES = 2 ** 29;

/**
 * A call of a layer at its place in a model: what it reads (numbers of earlier places, or INPUT), and the shapes. A layer
 * that is used several times has as many places.
 */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly inputs: readonly number[];
  readonly inputShapes: readonly Shape[];
  readonly output: Shape;
}

/** The places of each layer, in their order. */
export function placesByLayer(placed: readonly PlacedLayer[]): Map<Layer, number[]> {
  const places = new Map<Layer, number[]>();
  for (const [place, { layer }] of placed.entries()) {
    const own = places.get(layer);
    if (own) own.push(place);
    else places.set(layer, [place]);
  }
  return places;
}

/** Builds the layers between two values, each after those that it reads; unnamed ones get Keras's names. */
export function buildLayers(
  who: string,
  input: Tensor,
  output: Tensor,
  options: { readonly seed: number },
): PlacedLayer[] {
  const order = inOrder(who, input, output);
  const names = new Set(order.filter(({ layer }) => layer.named).map(({ layer }) => layer.name));
  const used = new Set<string>();
  const shapes: Shape[] = [];
  let weightsBefore = 0;
  let parameters = 0;
  const freeName = nameGiver(names);
  const built = new Set<Layer>();
  return order.map(({ layer, inputs }, position) => {
    const inputShapes = inputs.map((from) => (from === INPUT ? input.shape : shapes[from]!));
    if (built.has(layer)) {
      const output = layer.reuse(inputShapes);
      checkSizes(who, layer, output, parameters);
      shapes.push(output);
      return { layer, inputs, inputShapes, output };
    }
    built.add(layer);
    layer.checkOptions();
    const name = layer.named ? layer.name : freeName(snakeCase(layer.className));
    const shape = layer.build(inputShapes, { name, seed: options.seed, position, weightsBefore });
    if (used.has(name)) {
      throw new HeddleError({
        who,
        expected: "layers with different names",
        received: `two named "${name}"`,
        next: "Rename one of them.",
      });
    }
    used.add(name);
    weightsBefore += layer.weights.length;
    parameters += layer.weights.reduce((sum, weight) => sum + sizeOf(weight.shape), 0);
    checkSizes(who, layer, shape, parameters);
    shapes.push(shape);
    return { layer, inputs, inputShapes, output: shape };
  });
}

/** Refuses a model that is too large to compute. */
function checkSizes(who: string, layer: Layer, output: Shape, parameters: number): void {
  const next = "Use fewer filters or units, or pool before this layer.";
  if (!(parameters <= MAXIMUM_PARAMETERS)) {
    throw new HeddleError({
      who,
      expected: `at most ${groupDigits(MAXIMUM_PARAMETERS)} parameters (${formatBytes(4 * MAXIMUM_PARAMETERS)})`,
      received: `${groupDigits(parameters)} up to ${layer.who}`,
      next,
    });
  }
  if (!(sizeOf(output) <= MAXIMUM_VALUES)) {
    throw new HeddleError({
      who: layer.who,
      expected: `an output of at most ${groupDigits(MAXIMUM_VALUES)} numbers for each sample`,
      received: formatShape(output),
      next,
    });
  }
}

/** The ops of built layers, in their order. */
export function lowerLayers(layers: readonly PlacedLayer[]): GraphOp[] {
  const ops: GraphOp[] = [];
  /** The op that computes each layer's value. */
  const values: number[] = [];
  const lowered = new Set<Layer>();
  for (const [place, { layer, inputs, inputShapes }] of layers.entries()) {
    let reads = inputs.map((from) => (from === INPUT ? INPUT : values[from]!));
    const { name: owner, activityRegularizer } = layer;
    const { l1 = 0, l2 = 0 } = activityRegularizer ?? {};
    const penalty = l1 > 0 || l2 > 0 ? [{ op: "activityPenalty", owner, l1, l2 } as const] : [];
    const nodes = layer.lower(inputShapes[0]!);
    const own = lowered.has(layer) ? nodes.map((node) => drawnAt(node, place)) : nodes;
    lowered.add(layer);
    for (const node of [...own, ...penalty]) {
      ops.push({ node, inputs: reads });
      reads = [ops.length - 1];
    }
    values.push(reads[0]!);
  }
  return ops;
}

/** A node of a further call of a layer: what it draws at random is its place's own. */
function drawnAt(node: AnyNode, place: number): AnyNode {
  return "layer" in node ? { ...node, layer: place } : node;
}

/** The layers that an output depends on, each after those that it reads. */
function inOrder(who: string, input: Tensor, output: Tensor) {
  const order: { layer: Layer; inputs: number[] }[] = [];
  const places = new Map<Tensor, number>([[input, INPUT]]);
  // Not recursive: a chain may be deeper than the call stack. Each tensor is visited twice, before and after its inputs.
  const waiting = [output];
  while (waiting.length > 0) {
    const tensor = waiting.at(-1)!;
    const { source } = tensor;
    const missing = places.has(tensor) ? [] : (source?.inputs ?? []).filter((from) => !places.has(from));
    if (missing.length > 0) {
      for (const from of missing.reverse()) waiting.push(from);
      continue;
    }
    waiting.pop();
    if (places.has(tensor)) continue;
    if (!source) {
      throw new HeddleError({
        who,
        expected: "an output that depends only on the model's one input",
        received: "one that also depends on another input",
        next: "Build the whole model on the value that you pass as `inputs`.",
      });
    }
    places.set(tensor, order.length);
    order.push({ layer: source.layer, inputs: source.inputs.map((from) => places.get(from)!) });
  }
  if (order.length > 0) return order;
  throw new HeddleError({
    who,
    expected: "layers between input and output",
    received: "none",
    next: "Apply at least one layer to the input.",
  });
}

/** `MaxPooling2D` → `max_pooling2d`, `PReLU` → `p_re_lu`, as Keras names layers. */
export function snakeCase(className: string): string {
  return className
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** Returns `conv2d`, `conv2d_1`, …, each once and none that is taken. */
function nameGiver(taken: Set<string>): (base: string) => string {
  // Where to continue: counting from 1 for each layer would take quadratic time.
  const next = new Map<string, number>();
  return (base) => {
    for (let number = next.get(base) ?? 0; ; number++) {
      const name = number === 0 ? base : `${base}_${number}`;
      if (taken.has(name)) continue;
      taken.add(name);
      next.set(base, number + 1);
      return name;
    }
  };
}
