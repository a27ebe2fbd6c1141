import { type Shape, sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { type ElementType, isFloat, type Numbers, numbersFor } from "../elements.js";
import {
  type Constant,
  constant,
  gathered,
  integers,
  stridedPlaces,
  stridesOf,
  transposed,
} from "./constant.js";
import { Lacking } from "./fault.js";
import type { Node } from "./node.js";

/** An operator on constants: computed now, in 64 bits, and never when the model runs. */
export type Fold = (node: Node, inputs: readonly (Constant | undefined)[]) => Constant;

/** An input that a node must have. */
export function needed<T>(node: Node, inputs: readonly (T | undefined)[], index: number): T {
  const input = inputs[index];
  if (input === undefined) throw node.damaged(`at least ${index + 1} inputs`, String(inputs.length));
  return input;
}

/** An axis counted from the start. */
export function axisIn(node: Node, axis: number, rank: number): number {
  const fromStart = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(fromStart) && fromStart >= 0 && fromStart < rank) return fromStart;
  throw node.damaged(`an axis within ${rank} axes`, String(axis));
}

/** Whole numbers of an attribute in old opsets, of an input in new ones. */
export function listOf(node: Node, name: string, input: Constant | undefined): readonly number[] | undefined {
  return input ? [...input.values] : node.integers(name);
}

/** Values under another shape. */
function reshapedConstant(node: Node, { type, values }: Constant, shape: Shape): Constant {
  if (sizeOf(shape) !== values.length)
    throw node.damaged(`a shape of ${values.length} numbers`, `[${shape}]`);
  return constant(type, shape, values);
}

/** The shape that Reshape asks for. */
export function targetShape(node: Node, input: Shape, target: readonly number[]): number[] {
  const keepsZeros = node.integer("allowzero", 0) === 1;
  const sizes = target.map((size, axis) => (size === 0 && !keepsZeros ? (input[axis] ?? 0) : size));
  const known = sizeOf(sizes.filter((size) => size !== -1));
  return sizes.map((size) => (size === -1 ? sizeOf(input) / known : size));
}

/** The shape of two that are broadcast. */
function broadcastShape(node: Node, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1)
      throw node.damaged("shapes that can be broadcast", `[${a}] and [${b}]`);
    return m === 1 ? n : m;
  });
  checkCount(node, shape);
  return shape;
}

function checkCount(node: Node, shape: Shape): void {
  const count = sizeOf(shape);
  if (shape.every((size) => Number.isInteger(size) && size >= 0) && count <= node.budget.left) return;
  throw node.damaged("constants in proportion to the file", `one of [${shape}] numbers`);
}

/** Where each element of a broadcast value comes from. */
function broadcastPlaces(from: Shape, to: Shape): Int32Array {
  const strides = stridesOf(from);
  const lead = to.length - from.length;
  return stridedPlaces(
    to,
    to.map((_, axis) => (axis < lead || from[axis - lead] === 1 ? 0 : strides[axis - lead]!)),
  );
}

/** A constant with the sizes of another shape. */
export function broadcastTo(node: Node, value: Constant, shape: Shape): Constant {
  const result = broadcastShape(node, value.shape, shape);
  if (sameShape(result, value.shape)) return value;
  return constant(value.type, result, gathered(value.values, broadcastPlaces(value.shape, result)));
}

/** An operator on pairs of numbers, and the type of its result. */
function pairwise(operate: (a: number, b: number, type: ElementType) => number, result?: ElementType): Fold {
  return (node, inputs) => {
    const [first, second] = [needed(node, inputs, 0), needed(node, inputs, 1)];
    const shape = broadcastShape(node, first.shape, second.shape);
    const a = broadcastTo(node, first, shape).values;
    const b = broadcastTo(node, second, shape).values;
    const type = result ?? first.type;
    const values = numbersFor(type, a.length);
    for (let index = 0; index < a.length; index++) values[index] = operate(a[index]!, b[index]!, first.type);
    return constant(type, shape, values);
  };
}

function each(operate: (value: number) => number): Fold {
  return (node, inputs) => {
    const { type, shape, values } = needed(node, inputs, 0);
    return constant(type, shape, values.map(operate) as Numbers);
  };
}

const divide = (a: number, b: number, type: ElementType) => (isFloat(type) ? a / b : Math.trunc(a / b));

const slice: Fold = (node, inputs) => {
  const { type, shape, values } = needed(node, inputs, 0);
  const starts = listOf(node, "starts", inputs[1]) ?? [];
  const ends = listOf(node, "ends", inputs[2]) ?? [];
  const axes = listOf(node, "axes", inputs[3]) ?? starts.map((_, axis) => axis);
  const steps = inputs[4] ? [...inputs[4].values] : axes.map(() => 1);
  const strides = stridesOf(shape);
  const sizes = [...shape];
  let start = 0;
  for (const [index, named] of axes.entries()) {
    const axis = axisIn(node, named, shape.length);
    const size = shape[axis]!;
    const step = steps[index]!;
    if (!(Number.isInteger(step) && step > 0)) throw new Lacking("steps below 1");
    const within = (place: number) => Math.min(size, Math.max(0, place < 0 ? place + size : place));
    const [from, to] = [within(starts[index]!), within(ends[index]!)];
    start += from * strides[axis]!;
    sizes[axis] = Math.max(0, Math.ceil((to - from) / step));
    strides[axis] = strides[axis]! * step;
  }
  checkCount(node, sizes);
  return constant(type, sizes, gathered(values, stridedPlaces(sizes, strides, start)));
};

const gather: Fold = (node, inputs) => {
  const [data, indices] = [needed(node, inputs, 0), needed(node, inputs, 1)];
  const axis = axisIn(node, node.integer("axis", 0), data.shape.length);
  const size = data.shape[axis]!;
  const [outer, inner] = [sizeOf(data.shape.slice(0, axis)), sizeOf(data.shape.slice(axis + 1))];
  const shape = [...data.shape.slice(0, axis), ...indices.shape, ...data.shape.slice(axis + 1)];
  checkCount(node, shape);
  const values = numbersFor(data.type, sizeOf(shape));
  let filled = 0;
  for (let block = 0; block < outer; block++) {
    for (const index of indices.values) {
      const place = axisIn(node, index, size);
      for (let i = 0; i < inner; i++) values[filled++] = data.values[(block * size + place) * inner + i]!;
    }
  }
  return constant(data.type, shape, values);
};

const concat: Fold = (node, inputs) => {
  const parts = inputs.map((_, index) => needed(node, inputs, index));
  const [first] = parts;
  if (first === undefined) throw node.damaged("an input", "none");
  const axis = axisIn(node, node.integer("axis", 0), first.shape.length);
  const size = parts.reduce((sum, part) => sum + (part.shape[axis] ?? 0), 0);
  const shape = first.shape.map((one, index) => (index === axis ? size : one));
  const fits = parts.every(({ shape: one }) => sameShape(one.toSpliced(axis, 1), shape.toSpliced(axis, 1)));
  if (!fits)
    throw node.damaged("inputs that differ along one axis", parts.map((part) => `[${part.shape}]`).join());
  checkCount(node, shape);
  const values = numbersFor(first.type, sizeOf(shape));
  const outer = sizeOf(shape.slice(0, axis));
  let filled = 0;
  for (let block = 0; block < outer; block++) {
    for (const part of parts) {
      const length = part.values.length / outer;
      values.set(part.values.subarray(block * length, (block + 1) * length), filled);
      filled += length;
    }
  }
  return constant(first.type, shape, values);
};

/** The sizes without some axes of size 1: without all of them where none is named. */
export function squeezedAxes(node: Node, shape: Shape, axes: readonly number[] | undefined): number[] {
  if (axes === undefined) return shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const named = axes.map((axis) => axisIn(node, axis, shape.length));
  for (const axis of named) {
    if (shape[axis] !== 1) throw node.damaged("axes of size 1", `axis ${axis} of [${shape}]`);
  }
  return named;
}

/** For each axis after Unsqueeze, the axis before it, or undefined for a new one. */
export function unsqueezedAxes(node: Node, rank: number, axes: readonly number[]): (number | undefined)[] {
  const total = rank + axes.length;
  const fresh = new Set(axes.map((axis) => axisIn(node, axis, total)));
  let next = 0;
  return Array.from({ length: total }, (_, axis) => (fresh.has(axis) ? undefined : next++));
}

const dequantize: Fold = (node, inputs) => {
  const data = needed(node, inputs, 0);
  const scale = needed(node, inputs, 1);
  const blockSize = node.integer("block_size", 0);
  const isPerTensor = scale.values.length === 1;
  const axis = isPerTensor ? 0 : axisIn(node, node.integer("axis", 1), data.shape.length);
  const size = data.shape[axis] ?? 1;
  const inner = sizeOf(data.shape.slice(axis + 1));
  const scales = isPerTensor ? 1 : blockSize > 0 ? Math.ceil(size / blockSize) : size;
  const expected = isPerTensor ? 1 : blockSize > 0 ? (data.values.length / size) * scales : size;
  if (scale.values.length !== expected) throw node.damaged(`${expected} scales`, String(scale.values.length));
  const zero = inputs[2];
  const result = new Float32Array(data.values.length);
  for (let index = 0; index < result.length; index++) {
    const place = Math.floor(index / inner) % size;
    const outer = Math.floor(index / (inner * size));
    const at = isPerTensor
      ? 0
      : blockSize > 0
        ? (outer * scales + Math.floor(place / blockSize)) * inner + (index % inner)
        : place;
    result[index] = (data.values[index]! - (zero?.values[at] ?? 0)) * scale.values[at]!;
  }
  return constant("float32", data.shape, result);
};

const reduceProduct: Fold = (node, inputs) => {
  const { type, values } = needed(node, inputs, 0);
  if (inputs[1] || node.has("axes")) throw new Lacking("axes");
  return constant(type, [], Float64Array.of(sizeOf([...values])));
};

const where: Fold = (node, inputs) => {
  const [condition, a, b] = [0, 1, 2].map((index) => needed(node, inputs, index)) as [
    Constant,
    Constant,
    Constant,
  ];
  const shape = broadcastShape(node, broadcastShape(node, condition.shape, a.shape), b.shape);
  const [chosen, yes, no] = [condition, a, b].map((one) => broadcastTo(node, one, shape).values);
  return constant(
    a.type,
    shape,
    chosen!.map((flag, index) => (flag === 0 ? no![index]! : yes![index]!)) as Numbers,
  );
};

/** Values as another type has them. */
export function converted({ type: from, shape, values }: Constant, type: ElementType): Constant {
  const convert =
    type === "bool"
      ? (value: number) => (value === 0 ? 0 : 1)
      : isFloat(from) && !isFloat(type)
        ? Math.trunc
        : (value: number) => value;
  const result = numbersFor(type, values.length);
  for (let index = 0; index < result.length; index++) result[index] = convert(values[index]!);
  return constant(type, shape, result);
}

const cast: Fold = (node, inputs) => converted(needed(node, inputs, 0), node.elementType("to"));

const boolean = (operate: (a: number, b: number) => boolean) =>
  pairwise((a, b) => (operate(a, b) ? 1 : 0), "bool");

/** The operators that are computed on constants. */
export const folds: Readonly<Record<string, Fold>> = {
  Identity: (node, inputs) => needed(node, inputs, 0),
  Cast: cast,
  CastLike: (node, inputs) => converted(needed(node, inputs, 0), needed(node, inputs, 1).type),
  Constant: (node) => constantOf(node),
  ConstantOfShape: (node, inputs) => {
    const shape = [...needed(node, inputs, 0).values];
    checkCount(node, shape);
    const value = node.tensor("value") ?? constant("float32", [1], new Float32Array(1));
    const values = numbersFor(value.type, sizeOf(shape));
    return constant(value.type, shape, values.fill(value.values[0] ?? 0));
  },
  Shape: (node, inputs) => shapeOf(node, needed(node, inputs, 0).shape),
  Reshape: (node, inputs) => {
    const value = needed(node, inputs, 0);
    return reshapedConstant(node, value, targetShape(node, value.shape, [...needed(node, inputs, 1).values]));
  },
  Flatten: (node, inputs) => {
    const value = needed(node, inputs, 0);
    const axis = node.integer("axis", 1);
    const rows = sizeOf(value.shape.slice(0, axis));
    return reshapedConstant(node, value, [rows, rows === 0 ? 0 : value.values.length / rows]);
  },
  Squeeze: (node, inputs) => {
    const value = needed(node, inputs, 0);
    const axes = squeezedAxes(node, value.shape, listOf(node, "axes", inputs[1]));
    return reshapedConstant(
      node,
      value,
      value.shape.filter((_, axis) => !axes.includes(axis)),
    );
  },
  Unsqueeze: (node, inputs) => {
    const value = needed(node, inputs, 0);
    const axes = unsqueezedAxes(node, value.shape.length, listOf(node, "axes", inputs[1]) ?? []);
    return reshapedConstant(
      node,
      value,
      axes.map((axis) => (axis === undefined ? 1 : value.shape[axis]!)),
    );
  },
  Transpose: (node, inputs) => {
    const value = needed(node, inputs, 0);
    return transposed(value, orderOf(node, value.shape.length));
  },
  Expand: (node, inputs) => broadcastTo(node, needed(node, inputs, 0), [...needed(node, inputs, 1).values]),
  Concat: concat,
  Slice: slice,
  Gather: gather,
  Where: where,
  ReduceProd: reduceProduct,
  DequantizeLinear: dequantize,
  Range: (node, inputs) => {
    const [start, limit, delta] = [0, 1, 2].map((index) => needed(node, inputs, index).values[0] ?? 0);
    const count = Math.max(0, Math.ceil((limit! - start!) / delta!));
    checkCount(node, [count]);
    return integers(Array.from({ length: count }, (_, index) => start! + index * delta!));
  },
  Add: pairwise((a, b) => a + b),
  Sub: pairwise((a, b) => a - b),
  Mul: pairwise((a, b) => a * b),
  Div: pairwise(divide),
  Mod: pairwise((a, b) => a - b * Math.floor(a / b)),
  Pow: pairwise((a, b) => a ** b),
  Min: pairwise((a, b) => Math.min(a, b)),
  Max: pairwise((a, b) => Math.max(a, b)),
  Equal: boolean((a, b) => a === b),
  Less: boolean((a, b) => a < b),
  Greater: boolean((a, b) => a > b),
  Not: each((value) => (value === 0 ? 1 : 0)),
  Neg: each((value) => -value),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Reciprocal: each((value) => 1 / value),
  Floor: each(Math.floor),
  Ceil: each(Math.ceil),
};

/** Sizes as the node Shape returns them, of a part where it has `start` and `end`. */
export function shapeOf(node: Node, shape: Shape): Constant {
  const end = node.has("end") ? node.integer("end", 0) : shape.length;
  return integers(shape.slice(node.integer("start", 0), end));
}

/** The order of the axes after Transpose: reversed where none is named. */
export function orderOf(node: Node, rank: number): number[] {
  const order = node.integers("perm") ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const isComplete = order.length === rank && new Set(order).size === rank;
  if (!isComplete) throw node.damaged(`perm of ${rank} axes`, `[${order}]`);
  return order.map((axis) => axisIn(node, axis, rank));
}

function constantOf(node: Node): Constant {
  const tensor = node.tensor("value");
  if (tensor) return tensor;
  if (node.has("value_float")) return constant("float32", [], Float32Array.of(node.float("value_float", 0)));
  if (node.has("value_int")) return constant("int64", [], Float64Array.of(node.integer("value_int", 0)));
  const floats = node.floats("value_floats") ?? [];
  if (floats.length > 0) return constant("float32", [floats.length], Float32Array.from(floats));
  const ints = node.integers("value_ints");
  if (ints) return integers(ints);
  throw new Lacking("a value that is no tensor of numbers");
}
