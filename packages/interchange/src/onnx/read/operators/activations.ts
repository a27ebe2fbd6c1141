import {
  Activation as ActivationLayer,
  type ActivationName,
  Dropout,
  ELU,
  type Layer,
  LeakyReLU,
  PReLU,
  ReLU,
  Softmax,
} from "@heddle/core";
import { sizeOf } from "@heddle/core/internal/base/shape.js";
import { type Activation, inHeddleOrder, inLayout, named, placed, settled, through } from "../activation.js";
import { floats, transposed } from "../constant.js";
import { Lacking } from "../fault.js";
import { axisIn } from "../fold.js";
import { type LayerSettings, Piece, type PieceOptions } from "../piece.js";
import { scaled } from "./affine.js";
import { attentionShares } from "./attention.js";
import { dataOf, neededConstant, type Operator, scalarAt } from "./operator.js";

/** An activation that Heddle has by name. */
function byName(activation: ActivationName, nonNegative = false): Operator {
  return (node, inputs) =>
    through(dataOf(node, inputs), (settings) => new ActivationLayer(activation, named(settings)), {
      nonNegative,
      name: node.name,
      role: activation === "sigmoid" ? "sigmoid" : undefined,
    });
}

/** Numbers from `low` to `high`: the rectifier between two shifts, where `low` is not 0. */
export function clipped(
  value: Activation,
  [low, high]: readonly [number, number],
  options: Pick<PieceOptions, "name" | "role">,
): Activation {
  if (Number.isNaN(low) || Number.isNaN(high) || low > high) throw new Lacking(`limits ${low} and ${high}`);
  if (low === Number.NEGATIVE_INFINITY) {
    if (high === Number.POSITIVE_INFINITY) return value;
    // min(x, high) is −max(−x, −high).
    const mirrored = clipped(scaled(value, -1, 0), [-high, Number.POSITIVE_INFINITY], options);
    return scaled(mirrored, -1, 0);
  }
  const maxValue = high === Number.POSITIVE_INFINITY ? null : high - low;
  const make = (settings: LayerSettings): Layer =>
    maxValue === null
      ? new ActivationLayer("relu", named(settings))
      : new ReLU({ maxValue, ...named(settings) });
  const shifted = low === 0 ? value : scaled(value, 1, -low);
  const rectified = through(shifted, make, { ...options, nonNegative: true });
  return low === 0 ? rectified : scaled(rectified, 1, low);
}

/** The limits of types, which exporters write for "no limit". */
const NO_LIMIT = 3.4e38;

const clip: Operator = (node, inputs) => {
  const low = scalarAt(inputs, 1) ?? node.float("min", Number.NEGATIVE_INFINITY);
  const high = scalarAt(inputs, 2) ?? node.float("max", Number.POSITIVE_INFINITY);
  const limits = [
    low <= -NO_LIMIT ? Number.NEGATIVE_INFINITY : low,
    high >= NO_LIMIT ? Number.POSITIVE_INFINITY : high,
  ] as const;
  return clipped(dataOf(node, inputs), limits, { name: node.name });
};

const hardSigmoid: Operator = (node, inputs) => {
  const [alpha, beta] = [node.float("alpha", 0.2), node.float("beta", 0.5)];
  // x times this one is HardSwish.
  const role = Math.abs(alpha - 1 / 6) < 1e-6 && beta === 0.5 ? "hardSigmoid" : undefined;
  const line = scaled(settled(dataOf(node, inputs)), alpha, beta);
  return clipped(line, [0, 1], { name: node.name, role });
};

const gelu: Operator = (node, inputs) => {
  const approximate = node.text("approximate", "none");
  if (approximate !== "none" && approximate !== "tanh") throw new Lacking(`approximate ${approximate}`);
  return byName(approximate === "tanh" ? "geluTanh" : "gelu")(node, inputs);
};

const selu: Operator = (node, inputs) => {
  const isKeras =
    Math.abs(node.float("alpha", 1.67326) - 1.67326) < 1e-4 &&
    Math.abs(node.float("gamma", 1.0507) - 1.0507) < 1e-4;
  if (!isKeras) throw new Lacking("other factors than Keras's");
  return byName("selu")(node, inputs);
};

/** Softmax along an axis; before opset 13 over all axes from it on. */
const softmax: Operator = (node, inputs) => {
  const source = dataOf(node, inputs);
  const rank = source.shape.length;
  const axis = axisIn(node, node.integer("axis", node.opset < 13 ? 1 : -1), rank + 1) - 1;
  if (axis < 0) throw new Lacking("the batch as its axis");
  const shares = attentionShares(source, axis);
  if (shares) return shares;
  const isOneAxis = node.opset >= 13 || sizeOf(source.shape) === source.shape[axis] || axis === rank - 1;
  if (!isOneAxis) throw new Lacking(`several axes, from ${axis + 1} on`);
  const rest = source.layout.filter((one) => one !== axis);
  const value = rank === 1 ? settled(source) : inLayout(source, [...rest, axis]);
  return through(value, (settings) => new Softmax(named(settings)), { nonNegative: true, name: node.name });
};

const dropout: Operator = (node, inputs) => {
  const trains = scalarAt(inputs, 2) ?? 0;
  if (trains !== 0)
    throw new Lacking("training_mode (export the model in inference mode, after model.eval())");
  const rate = scalarAt(inputs, 1) ?? node.float("ratio", 0.5);
  const value = dataOf(node, inputs);
  const { nonNegative } = value.piece;
  const options = { nonNegative: nonNegative && value.affine === undefined, name: node.name };
  return through(value, (settings) => new Dropout(rate, named(settings)), options);
};

const prelu: Operator = (node, inputs) => {
  const source = dataOf(node, inputs);
  const slope = neededConstant(node, inputs, 1);
  const rank = source.shape.length;
  const value = settled(source);
  // Without the batch, and with an axis for each of the value's.
  const padded = [...new Array<number>(Math.max(0, rank - slope.shape.length)).fill(1), ...slope.shape];
  const shape = padded.slice(-rank);
  const fits = shape.every((size, axis) => size === 1 || size === source.shape[axis]);
  if (!fits || padded.length > rank + 1) throw new Lacking(`slopes of [${slope.shape}]`);
  const values =
    rank === 1
      ? Float32Array.from(inHeddleOrder([...slope.values], value.order))
      : floats(transposed({ ...slope, shape }, value.layout).values);
  const sharedAxes = value.layout.flatMap((axis, index) => (shape[axis] === 1 ? [index + 1] : []));
  return through(value, (settings) => new PReLU({ sharedAxes, ...named(settings) }), {
    weights: [values],
    name: node.name,
  });
};

/** The product of a value with a gate that was computed from it, where Heddle has that activation by name. */
export function gated(value: Activation, gate: Activation, name: string): Activation | undefined {
  if (value.affine || gate.affine) return undefined;
  const { role, inputs } = gate.piece;
  const activation = role === "sigmoid" ? "silu" : role === "hardSigmoid" ? "hardSwish" : undefined;
  // A hard sigmoid is a rectifier after a line.
  const source = activation === "hardSwish" ? inputs[0]?.inputs[0] : inputs[0];
  if (activation === undefined || source !== value.piece) return undefined;
  return through(value, (settings) => new ActivationLayer(activation, named(settings)), { name });
}

/** The error function, of which Heddle has only what GELU does with it. */
const erf: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const scale = value.affine?.scale[0] ?? 1;
  const isGelu = Math.abs(scale - Math.SQRT1_2) < 1e-6 && value.affine?.scale.length === 1;
  if (!isGelu || !value.affine!.offset.every((offset) => offset === 0)) throw new Lacking("");
  const { piece } = value;
  const mark = new Piece({ inputs: [piece], shape: piece.shape, role: "erf" });
  return { ...placed(mark, value.layout), shape: value.shape, order: value.order };
};

/** x · s · k · (1 + erf(x / √2)), which is 2 · s · k times GELU; undefined where the values are others. */
export function geluOf(value: Activation, other: Activation, name: string): Activation | undefined {
  const { role, inputs } = other.piece;
  if (role !== "erf" || inputs[0] !== value.piece) return undefined;
  const [scale, offset] = [other.affine?.scale ?? [1], other.affine?.offset ?? [0]];
  const own = value.affine ?? { scale: [1], offset: [0] };
  const isPlain = [scale, offset, own.scale].every(({ length }) => length === 1);
  if (!isPlain || scale[0] !== offset[0] || own.offset.some((one) => one !== 0)) return undefined;
  const plain = { ...value, affine: undefined };
  const result = through(plain, (settings) => new ActivationLayer("gelu", named(settings)), { name });
  return scaled(result, 2 * scale[0]! * own.scale[0]!, 0);
}

export const activations: Readonly<Record<string, Operator>> = {
  Relu: byName("relu", true),
  LeakyRelu: (node, inputs) =>
    through(
      dataOf(node, inputs),
      (settings) => new LeakyReLU({ negativeSlope: node.float("alpha", 0.01), ...named(settings) }),
      { name: node.name },
    ),
  Elu: (node, inputs) =>
    through(
      dataOf(node, inputs),
      (settings) => new ELU({ alpha: node.float("alpha", 1), ...named(settings) }),
      {
        name: node.name,
      },
    ),
  PRelu: prelu,
  Selu: selu,
  Gelu: gelu,
  Erf: erf,
  Sigmoid: byName("sigmoid", true),
  HardSigmoid: hardSigmoid,
  HardSwish: byName("hardSwish"),
  Tanh: byName("tanh"),
  Softplus: byName("softplus", true),
  Softmax: softmax,
  Clip: clip,
  Dropout: dropout,
};
