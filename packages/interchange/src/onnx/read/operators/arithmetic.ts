import { Add, Average, Concatenate, type Layer, Maximum, Minimum, Multiply, Subtract } from "@heddle/core";
import { sameShape } from "@heddle/core/internal/base/shape.js";
import {
  type Activation,
  channelsLast,
  computed,
  type FlatOrder,
  inLayout,
  named,
  reshaped,
  settled,
} from "../activation.js";
import { Lacking } from "../fault.js";
import { axisIn } from "../fold.js";
import type { Node } from "../node.js";
import type { LayerSettings } from "../piece.js";
import { clipped, gated, geluOf } from "./activations.js";
import { combined, perChannel, scaled } from "./affine.js";
import { activationAt, type Operator, type Value } from "./operator.js";

type Merge = new (settings: { readonly name?: string }) => Layer;

/** Several values by a layer that merges them, which are broadcast first. */
function merged(node: Node, values: readonly Activation[], Merging: Merge): Activation {
  const rank = Math.max(...values.map(({ shape }) => shape.length));
  const ranked = values.map((value) => withRank(value, rank));
  const [first] = ranked as [Activation, ...Activation[]];
  // The layout of the value that is an image in Heddle's layout, where one is.
  const { layout } = ranked.find(({ shape, piece }) => shape.length === piece.shape.length) ?? first;
  const isSameOrder = ranked.every(({ order }) => sameFlatOrder(order, first.order));
  const aligned = ranked.map((value) =>
    isSameOrder && rank === 1 ? settled(value) : inLayout(value, layout),
  );
  const make = (settings: LayerSettings) => new Merging(named(settings));
  const result = computed({ make, inputs: aligned.map(({ piece }) => piece), name: node.name }, layout);
  return { ...result, order: isSameOrder ? first.order : undefined };
}

function sameFlatOrder(a: FlatOrder | undefined, b: FlatOrder | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a === b || (a.from !== undefined && sameImage(a.from, b.from));
}

function sameImage(a: FlatOrder["from"], b: FlatOrder["from"]): boolean {
  return a !== undefined && b !== undefined && sameShape(a.shape, b.shape) && sameShape(a.layout, b.layout);
}

/** The value with as many axes, of size 1 in front, as broadcasting asks for. */
function withRank(value: Activation, rank: number): Activation {
  const missing = rank - value.shape.length;
  if (missing === 0) return value;
  const shape = [...new Array<number>(missing).fill(1), ...value.shape];
  const plain = inLayout(value, value.layout);
  const layout = [
    ...Array.from({ length: missing }, (_, axis) => axis),
    ...plain.layout.map((axis) => axis + missing),
  ];
  const piece = reshaped(
    plain.piece,
    layout.map((axis) => shape[axis]!),
  );
  return { ...plain, shape, layout, piece };
}

/** An operator on two values, one of which may be a constant. */
function arithmetic(rules: {
  /** The value's scale and offset where the constant is second. */
  readonly second: (value: number) => readonly [scale: number, offset: number];
  /** The same where it is first. */
  readonly first: (value: number) => readonly [scale: number, offset: number];
  readonly both: (node: Node, a: Activation, b: Activation) => Activation;
}): Operator {
  return (node, inputs) => {
    const [a, b] = [inputs[0], inputs[1]];
    if (a?.kind === "activation" && b?.kind === "activation") return rules.both(node, a, b);
    const isSecond = b?.kind === "constant";
    const value = activationAt(node, inputs, isSecond ? 0 : 1);
    const constant = isSecond ? b : (a as Value);
    if (constant?.kind !== "constant") throw node.damaged("two inputs", String(inputs.length));
    const steps = perChannel(value, constant).map(isSecond ? rules.second : rules.first);
    return combined(value, {
      scale: steps.map(([scale]) => scale),
      offset: steps.map(([, offset]) => offset),
    });
  };
}

const add = arithmetic({
  second: (value) => [1, value],
  first: (value) => [1, value],
  both: (node, a, b) => merged(node, [a, b], Add),
});

const subtract = arithmetic({
  second: (value) => [1, -value],
  first: (value) => [-1, value],
  both: (node, a, b) => merged(node, [a, b], Subtract),
});

const multiply = arithmetic({
  second: (value) => [value, 0],
  first: (value) => [value, 0],
  both: (node, a, b) =>
    gated(a, b, node.name) ??
    gated(b, a, node.name) ??
    geluOf(a, b, node.name) ??
    geluOf(b, a, node.name) ??
    merged(node, [a, b], Multiply),
});

const divide = arithmetic({
  second: (value) => [1 / value, 0],
  first: () => {
    throw new Lacking("a computed divisor");
  },
  both: () => {
    throw new Lacking("a computed divisor");
  },
});

/** Any number of values. */
function ofAll(Merging: Merge): Operator {
  return (node, inputs) => {
    const values = inputs.map((_, index) => activationAt(node, inputs, index));
    return values.length === 1 ? values[0]! : merged(node, values, Merging);
  };
}

/** Max and Min, of values or with one number. */
function extreme(Merging: Merge, limits: (limit: number) => readonly [low: number, high: number]): Operator {
  return (node, inputs) => {
    const limit = inputs.find((input) => input?.kind === "constant");
    if (inputs.length !== 2 || limit === undefined) return ofAll(Merging)(node, inputs);
    const value = activationAt(node, inputs, limit === inputs[0] ? 1 : 0);
    if (limit.kind !== "constant" || limit.values.length !== 1) throw new Lacking("several limits");
    return clipped(value, limits(limit.values[0]!), { name: node.name });
  };
}

const concatenate: Operator = (node, inputs) => {
  const values = inputs.map((_, index) => activationAt(node, inputs, index));
  const [first] = values;
  if (first === undefined) throw node.damaged("an input", "none");
  if (values.length === 1) return first;
  const rank = first.shape.length;
  const axis = axisIn(node, node.integer("axis", 1), rank + 1) - 1;
  if (axis < 0) throw new Lacking("the batch as its axis");
  if (values.some(({ shape }) => shape.length !== rank))
    throw node.damaged("inputs of as many axes", "others");
  const layout = rank === 3 ? channelsLast(rank) : first.layout;
  // The parts of a flattened value keep their orders.
  const aligned = values.map((value) => (rank === 1 ? settled(value) : inLayout(value, layout)));
  const nonNegative = aligned.every(({ piece }) => piece.nonNegative);
  const result = computed(
    {
      make: (settings) => new Concatenate({ axis: layout.indexOf(axis) + 1, ...named(settings) }),
      inputs: aligned.map(({ piece }) => piece),
      nonNegative,
      name: node.name,
    },
    layout,
  );
  return { ...result, order: joinedOrder(aligned) };
};

/** The order of flattened values, one after the other. */
function joinedOrder(values: readonly Activation[]): FlatOrder | undefined {
  if (values.every(({ order }) => order === undefined)) return undefined;
  const places = () => {
    const all = new Int32Array(values.reduce((sum, { shape }) => sum + shape[0]!, 0));
    let start = 0;
    for (const { order, shape } of values) {
      const own = order?.places();
      for (let index = 0; index < shape[0]!; index++)
        all[start + index] = start + (own ? own[index]! : index);
      start += shape[0]!;
    }
    return all;
  };
  return { places };
}

export const arithmetics: Readonly<Record<string, Operator>> = {
  Add: add,
  Sub: subtract,
  Mul: multiply,
  Div: divide,
  Neg: (node, inputs) => scaled(activationAt(node, inputs, 0), -1, 0),
  Sum: ofAll(Add),
  Mean: ofAll(Average),
  Max: extreme(Maximum, (limit) => [limit, Number.POSITIVE_INFINITY]),
  Min: extreme(Minimum, (limit) => [Number.NEGATIVE_INFINITY, limit]),
  Concat: concatenate,
};
