import { HeddleError } from "../base/errors.js";
import type { Shape } from "../base/shape.js";
import type { Layer, Tensor } from "../layers/index.js";
import { INPUT, type Step } from "./graph.js";

/** A layer in its place: what it reads (numbers of earlier places, or INPUT), and the shapes. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly inputs: readonly number[];
  readonly inputShapes: readonly Shape[];
  readonly output: Shape;
}

/** Builds the layers between two values, each behind those that it reads; gives unnamed ones Keras's names. */
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
  return order.map(({ layer, inputs }, position) => {
    const name = layer.named ? layer.name : freeName(snakeCase(layer.className), names);
    const inputShapes = inputs.map((from) => (from === INPUT ? input.shape : shapes[from]!));
    const shape = layer.buildOn(inputShapes, { name, seed: options.seed, position, weightsBefore });
    if (used.has(name)) {
      throw new HeddleError({
        who,
        expected: "layers with different names",
        received: `two of the name "${name}"`,
        next: "Rename one of them.",
      });
    }
    used.add(name);
    weightsBefore += layer.weights.length;
    shapes.push(shape);
    return { layer, inputs, inputShapes, output: shape };
  });
}

/** The ops of built layers, each layer's on the values that it reads. */
export function lowerLayers(layers: readonly PlacedLayer[]): Step[] {
  const steps: Step[] = [];
  /** The step that gives each layer's value. */
  const values: number[] = [];
  for (const { layer, inputs, inputShapes } of layers) {
    let reads = inputs.map((from) => (from === INPUT ? INPUT : values[from]!));
    for (const node of layer.lower(inputShapes[0]!)) {
      steps.push({ node, inputs: reads });
      reads = [steps.length - 1];
    }
    values.push(reads[0]!);
  }
  return steps;
}

/** The layers that an output comes from, every one behind those that it reads. */
function inOrder(who: string, input: Tensor, output: Tensor) {
  const order: { layer: Layer; inputs: number[] }[] = [];
  const places = new Map<Tensor, number>([[input, INPUT]]);
  // Not recursive: a chain may be deeper than the call stack. A tensor is looked at twice, before and behind its inputs.
  const waiting = [output];
  while (waiting.length > 0) {
    const tensor = waiting.at(-1)!;
    const { source } = tensor;
    const missing = places.has(tensor) ? [] : (source?.inputs ?? []).filter((from) => !places.has(from));
    if (missing.length > 0) {
      waiting.push(...missing.reverse());
      continue;
    }
    waiting.pop();
    if (places.has(tensor)) continue;
    if (!source) {
      throw new HeddleError({
        who,
        expected: "an output that comes from the model's one input alone",
        received: "one that also comes from another input",
        next: "Build all of the model on the value that you give as inputs.",
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

/** `MaxPooling2D` → `max_pooling2d`, as Keras names layers. */
function snakeCase(className: string): string {
  return className.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
}

function freeName(base: string, taken: Set<string>): string {
  let name = base;
  for (let number = 1; taken.has(name); number++) name = `${base}_${number}`;
  taken.add(name);
  return name;
}
