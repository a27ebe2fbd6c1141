import type { Shape } from "../base/shape.js";
import type { Layer } from "../layers/index.js";
import { isMergeOp } from "../ops/merge.js";
import type { AnyNode } from "../ops/node.js";
import { activationOf } from "./unit-activations.js";
import { merging } from "./unit-merges.js";
import { moving } from "./unit-moves.js";
import {
  alone,
  type FoundMaker,
  type Read,
  type Step,
  type UnitActivation,
  type UnitNumbers,
} from "./unit-numbers.js";
import { scaling } from "./unit-scales.js";
import { convolution, pooling, product } from "./unit-windows.js";

/** A value that a layer reads: its shape without the batch axis, and its numbers, flat. */
export interface UnitInput {
  readonly shape: Shape;
  readonly values: ArrayLike<number>;
}

/**
 * Takes a value of a layer's output apart: the inputs, each with its weight, the bias, and the activation that follows, as
 * in inference. In f64, so that the last digits may differ from the engine's.
 *
 * @param layer built
 * @param inputs what it reads, in its order
 * @param index the place in the output, flat
 * @returns undefined for a layer of one's own that computes on after an activation
 *
 * @example
 * const numbers = unitNumbers(conv, [{ shape: [28, 28, 1], values: image }], 0);
 * numbers.terms.length; // 9, of a kernel of 3 × 3
 */
export function unitNumbers(
  layer: Layer,
  inputs: readonly UnitInput[],
  index: number,
): UnitNumbers | undefined {
  const readInput: Read = (at, from = 0) => inputs[from]!.values[at]!;
  let shapes = inputs.map(({ shape }) => shape);
  let last: ((index: number) => Step) | undefined;
  const activations: UnitActivation[] = [];
  for (const node of layer.lower(shapes[0]!)) {
    if (PASSED_ON.has(node.op)) continue;
    if (node.op === "reshape") {
      shapes = [node.shape];
      continue;
    }
    const activation = activationOf(node, shapes[0]!, index);
    if (activation) {
      activations.push(activation);
      continue;
    }
    const found = makerOf(node, shapes);
    if (!found || activations.length > 0) return undefined;
    last = after(last, found, readInput);
    shapes = [found.output ?? shapes[0]!];
  }
  last ??= (at) => ({ ...NOTHING_ADDED, terms: [alone(at, readInput)], value: readInput(at) });
  return { ...last(index), activations };
}

const NOTHING_ADDED = { how: "copy", window: undefined, bias: 0 } as const;

/** Ops that change nothing in inference. */
const PASSED_ON: ReadonlySet<AnyNode["op"]> = new Set([
  "dropout",
  "dropSamples",
  "gaussianNoise",
  "randomAffine",
  "randomBrightness",
  "randomContrast",
  "randomErasing",
  "randomFlip",
  "spatialDropout",
]);

function makerOf(node: AnyNode, shapes: readonly Shape[]): FoundMaker | undefined {
  const [shape] = shapes as readonly [Shape];
  switch (node.op) {
    case "conv2d":
      return convolution(node, 1);
    case "groupedConv2d":
      return convolution(node, node.groups);
    case "depthwiseConv2d":
      return convolution(node, node.geometry.C);
    case "dense":
      return product(node);
    case "maxPool":
    case "averagePool":
      return pooling(node.geometry, node.op);
    default:
      if (isMerge(node)) return merging(node, shapes);
      return scaling(node, shape) ?? moving(node, shape);
  }
}

function isMerge(node: AnyNode): node is Extract<AnyNode, Parameters<typeof merging>[0]> {
  return isMergeOp(node.op);
}

/** How an op makes a value after the layer's ops before it: of the layer's inputs where it can be said so. */
function after(
  before: ((index: number) => Step) | undefined,
  { make }: FoundMaker,
  readInput: Read,
): (index: number) => Step {
  if (!before) return (index) => make(index, readInput);
  return (index) => {
    const step = make(index, (at) => before(at).value);
    const [only, ...others] = step.terms;
    if (!only) return step;
    // One value, moved or scaled, is made of what makes that value.
    if (others.length === 0 && !step.kernel) {
      const whole = scaled(before(only.index), step);
      if (whole) return whole;
    }
    return { ...step, isInside: true };
  };
}

/** The numbers of a value that is copied, or multiplied and added to; undefined where that is no such sum. */
function scaled(value: Step, outer: Step): Step | undefined {
  if (outer.how === "copy") return value;
  const isSum = value.how === "sum" || value.how === "copy";
  if (outer.how !== "sum" || !isSum || value.kernel) return undefined;
  const factor = outer.terms[0]!.weight;
  return {
    ...value,
    how: "sum",
    terms: value.terms.map((term) => ({ ...term, weight: term.weight * factor })),
    bias: value.bias * factor + outer.bias,
    value: outer.value,
  };
}
