import { Dense } from "@heddle/core";
import { type Activation, computed, type FlatOrder, inLayout, named, settled } from "../activation.js";
import { type Constant, floats, transposed } from "../constant.js";
import { Lacking } from "../fault.js";
import type { Node } from "../node.js";
import { attentionOutput, attentionProduct } from "./attention.js";
import { constantAt, dataOf, neededConstant, type Operator } from "./operator.js";

/** Gemm: alpha · x · W + beta · bias. */
export const gemm: Operator = (node, inputs) => {
  node.only({ transA: 0 });
  const value = dataOf(node, inputs);
  if (value.shape.length !== 1) throw new Lacking(`${value.shape.length} axes next to the batch`);
  const weights = neededConstant(node, inputs, 1);
  if (weights.shape.length !== 2) throw node.damaged("a matrix", `[${weights.shape}]`);
  const matrix = node.integer("transB", 0) === 1 ? transposed(weights, [1, 0]) : weights;
  const bias = constantAt(inputs, 2);
  return dense(node, value, {
    matrix: times(matrix.values, node.float("alpha", 1)),
    shape: matrix.shape,
    bias: bias && times(biasOf(node, bias, matrix.shape[1]!), node.float("beta", 1)),
  });
};

/** MatMul by a matrix: along the last axis. */
export const matMul: Operator = (node, inputs) => {
  const [first, second] = inputs;
  if (first?.kind === "activation" && second?.kind === "activation")
    return attentionProduct(node, first, second);
  const { values, shape } = neededConstant(node, inputs, 1);
  const value = dataOf(node, inputs);
  if (shape.length !== 2) throw new Lacking(`a product with [${shape.join(", ")}]`);
  return dense(node, value, { matrix: floats(values), shape });
};

function dense(
  node: Node,
  source: Activation,
  {
    matrix,
    shape,
    bias,
  }: { matrix: Float32Array; shape: readonly number[]; bias?: Float32Array | undefined },
): Activation {
  const [features, units] = shape as readonly [number, number];
  const last = source.shape.length - 1;
  if (source.shape[last] !== features) throw node.damaged(`${features} features`, `[${source.shape}]`);
  node.spend(matrix.length);
  const attention = attentionOutput(node, source, { matrix, units });
  if (attention) return attention;
  // The other axes may be in any order.
  const rest = source.layout.filter((axis) => axis !== last);
  const value = source.shape.length === 1 ? settled(source) : inLayout(source, [...rest, last]);
  const result = computed(
    {
      make: (settings) => new Dense(units, { ...named(settings), useBias: settings.useBias }),
      inputs: [value.piece],
      weights: [rowsInOrder(matrix, value.order, units)],
      bias,
      takesBias: true,
      role: "dense",
      name: node.name,
    },
    value.layout,
  );
  return result;
}

/** The kernel's rows in the order of Heddle's features: ONNX flattens the channels first. */
function rowsInOrder(matrix: Float32Array, order: FlatOrder | undefined, units: number): Float32Array {
  if (order === undefined) return matrix;
  const result = new Float32Array(matrix.length);
  order.places().forEach((place, row) => {
    result.set(matrix.subarray(place * units, (place + 1) * units), row * units);
  });
  return result;
}

function biasOf(node: Node, { values, shape }: Constant, units: number): Float32Array {
  if (values.length === 1) return new Float32Array(units).fill(values[0]!);
  if (values.length === units && shape.at(-1) === units) return floats(values);
  throw node.damaged(`a bias of ${units}`, `[${shape}]`);
}

function times(values: Constant["values"], factor: number): Float32Array {
  return factor === 1 ? floats(values) : Float32Array.from(values, (value) => value * factor);
}
