import { isJsonObject, type Json, type JsonObject } from "../base/json.js";
import type { Call } from "./inbound.js";
import { axisIn, indexedSteps } from "./operation-indices.js";
import { arithmetic, numbersOf } from "./operation-numbers.js";
import { type Operand, OperationSteps, type Step } from "./operation-steps.js";

// Functions of keras.ops and Python operators on tensors stand among the layers of Keras's JSON. Each becomes the
// layers that do the same; the last of them has the operation's name.

/** True for an entry that is an operation, not a layer. */
export function isOperation({ module }: JsonObject): boolean {
  return typeof module === "string" && /^keras\.src\.(ops|activations)\./.test(module);
}

/**
 * The layers that do what a call of an operation does.
 *
 * @throws UnsupportedError when there are none
 */
export function operationSteps(entry: JsonObject, call: Call): readonly Step[] {
  const config = isJsonObject(entry["config"]) ? entry["config"] : {};
  const className = String(entry["class_name"]);
  const steps = new OperationSteps(className, String(entry["name"]));
  const lower = Object.hasOwn(OPERATIONS, className) ? OPERATIONS[className]! : undefined;
  if (!lower) throw steps.unsupported();
  const args = steps.operandsOf(call);
  lower(steps, config, args);
  return steps.finished();
}

type Lowering = (steps: OperationSteps, config: JsonObject, args: readonly Operand[]) => void;

/** An operation on one tensor that is one layer; `options` are taken from its configuration. */
const layer =
  (className: string, ...options: readonly string[]): Lowering =>
  (steps, config, [x]) => {
    const chosen = options.filter((name) => config[name] !== undefined);
    const own = Object.fromEntries(chosen.map((name) => [name, config[name]!]));
    steps.add(className, own, [steps.tensor(x)]);
  };

const activation =
  (name: string): Lowering =>
  (steps, _, [x]) => {
    steps.add("Activation", { activation: name }, [steps.tensor(x)]);
  };

/** Rectified between two bounds, of which either may be missing. */
const clip = (
  steps: OperationSteps,
  x: Operand | undefined,
  low: number | null,
  high: number | null,
): void => {
  if (low !== null && high !== null && high < low)
    throw steps.unsupported("an upper bound below the lower one");
  let value = steps.tensor(x);
  const shift = (scale: number, offset: number) => {
    if (scale === 1 && offset === 0) return;
    value = steps.add("Rescaling", { scale, offset }, [value], value.shape);
  };
  const rectify = (maximum: number | null) => {
    value = steps.add("ReLU", { max_value: maximum }, [value], value.shape);
  };
  if (low !== null) {
    shift(1, -low);
    rectify(high === null ? null : high - low);
    shift(1, low);
  } else if (high !== null) {
    shift(-1, high);
    rectify(null);
    shift(-1, high);
  }
};

/** A layer that merges tensors; one of a tensor and numbers is arithmetic. */
const merge =
  (className: string): Lowering =>
  (steps, _, args) => {
    if (args.length !== 2) throw steps.unsupported(`${args.length} arguments`);
    const [a, b] = args as [Operand, Operand];
    if ("shape" in a && "shape" in b) steps.add(className, {}, [a, b]);
    else arithmetic(steps, a, b);
  };

const divide: Lowering = (steps, _, [a, b]) => {
  if (b === undefined || "shape" in b) throw steps.unsupported("a tensor as the divisor");
  arithmetic(steps, steps.tensor(a), b);
};

/** The larger or the smaller of two tensors, or of a tensor and a number. */
const bound =
  (className: string, isLower: boolean): Lowering =>
  (steps, config, args) => {
    const constant = args.find((one) => !("shape" in one));
    if (!constant) {
      merge(className)(steps, config, args);
      return;
    }
    const [number, ...others] = numbersOf(steps, constant);
    if (others.length > 0) throw steps.unsupported("a list of numbers");
    const x = args.find((one) => "shape" in one);
    if (isLower) clip(steps, x, number!, null);
    else clip(steps, x, null, number!);
  };

const square = (steps: OperationSteps, x: Operand | undefined): void => {
  const tensor = steps.tensor(x);
  steps.add("Multiply", {}, [tensor, tensor]);
};

/** A pooling over all positions: over both axes of an image, or the one of a sequence. */
const pooled =
  (kind: "Average" | "Max"): Lowering =>
  (steps, config, [x]) => {
    const tensor = steps.tensor(x);
    const axes = (
      Array.isArray(config["axis"]) ? config["axis"] : [config["axis"] ?? null]
    ) as readonly Json[];
    const sorted = axes.map((axis) => axisIn(steps, axis, tensor.shape.length)).sort((a, b) => a - b);
    const rank = tensor.shape.length;
    const isImage = rank === 4 && sorted.join() === "1,2";
    if (!isImage && !(rank === 3 && sorted.join() === "1")) {
      throw steps.unsupported(`axis ${JSON.stringify(config["axis"] ?? null)}`);
    }
    if ((config["initial"] ?? null) !== null) throw steps.unsupported("an initial value");
    const keepdims = config["keepdims"] === true;
    steps.add(`Global${kind}Pooling${isImage ? "2D" : "1D"}`, { keepdims }, [tensor]);
  };

const pool =
  (className: string): Lowering =>
  (steps, config, [x]) => {
    const tensor = steps.tensor(x);
    if (tensor.shape.length !== 4) throw steps.unsupported(`an input with ${tensor.shape.length} axes`);
    const { pool_size = null, strides = null, padding = null, data_format = null } = config;
    steps.add(className, { pool_size, strides, padding, data_format }, [tensor]);
  };

/** `-1` for the batch, or what Keras writes for a size that it does not know. */
const reshape: Lowering = (steps, config, [x]) => {
  const { shape } = steps.tensor(x);
  const sizes = config["newshape"];
  const [batch, ...rest] = Array.isArray(sizes) ? (sizes as readonly Json[]) : [];
  const isBatch = batch === null || batch === -1;
  const isFilled = rest.includes(-1) || steps.sizeOf(rest) === steps.sizeOf(shape.slice(1));
  if (!isBatch || rest.length === 0 || !isFilled)
    throw steps.unsupported(`newshape ${JSON.stringify(sizes ?? null)}`);
  steps.add("Reshape", { target_shape: rest }, [steps.tensor(x)]);
};

const transpose: Lowering = (steps, config, [x]) => {
  const rank = steps.tensor(x).shape.length;
  const axes = Array.isArray(config["axes"]) ? (config["axes"] as readonly Json[]) : [];
  const [batch, ...rest] = axes.map((axis) => axisIn(steps, axis, rank));
  if (batch !== 0) throw steps.unsupported(`axes ${JSON.stringify(config["axes"] ?? null)}`);
  steps.add("Permute", { dims: rest }, [steps.tensor(x)]);
};

const expandDims: Lowering = (steps, config, [x]) => {
  const tensor = steps.tensor(x);
  const axes = (Array.isArray(config["axis"]) ? config["axis"] : [config["axis"] ?? null]) as readonly Json[];
  if (axes.length !== 1) throw steps.unsupported("several axes");
  const axis = axisIn(steps, axes[0]!, tensor.shape.length + 1);
  if (axis === 0) throw steps.unsupported("axis 0");
  steps.reshape(tensor, tensor.shape.toSpliced(axis, 0, 1));
};

const squeeze: Lowering = (steps, config, [x]) => {
  const tensor = steps.tensor(x);
  const { axis: declared = null } = config;
  const axes =
    declared === null
      ? tensor.shape.flatMap((size, axis) => (axis > 0 && size === 1 ? [axis] : []))
      : ((Array.isArray(declared) ? declared : [declared]) as readonly Json[]).map((axis) =>
          axisIn(steps, axis, tensor.shape.length),
        );
  steps.reshape(
    tensor,
    tensor.shape.filter((_, axis) => !axes.includes(axis)),
  );
};

const concatenate: Lowering = (steps, config, args) => {
  const tensors = args.map((one) => steps.tensor(one));
  const axis = axisIn(steps, config["axis"] ?? -1, tensors[0]!.shape.length);
  steps.add("Concatenate", { axis }, tensors);
};

const stack: Lowering = (steps, config, args) => {
  const rank = steps.tensor(args[0]).shape.length + 1;
  const axis = axisIn(steps, config["axis"] ?? 0, rank);
  if (axis === 0) throw steps.unsupported("axis 0");
  const parts = args.map((one) => {
    const tensor = steps.tensor(one);
    return steps.reshape(tensor, tensor.shape.toSpliced(axis, 0, 1));
  });
  steps.add("Concatenate", { axis }, parts);
};

const pad: Lowering = (steps, config, [x, ...values]) => {
  const widths = JSON.stringify(config["pad_width"] ?? null);
  const match = /^\[\[0,0\],(\[\d+,\d+\]),(\[\d+,\d+\]),\[0,0\]\]$/.exec(widths);
  const isZero = values.every((value) => numbersOf(steps, value).every((number) => number === 0));
  if (!match || config["mode"] !== "constant" || !isZero) {
    throw steps.unsupported(`pad_width ${widths} and mode ${JSON.stringify(config["mode"] ?? null)}`);
  }
  const padding = [match[1]!, match[2]!].map((pair) => JSON.parse(pair) as Json);
  steps.add("ZeroPadding2D", { padding }, [steps.tensor(x)]);
};

const resize: Lowering = (steps, { name: _, dtype: __, size = null, ...config }, [x]) => {
  const [height = null, width = null] = Array.isArray(size) ? (size as readonly Json[]) : [];
  steps.add("Resizing", { height, width, ...config }, [steps.tensor(x)]);
};

/** The operations by the names of Keras's classes. */
const OPERATIONS: Readonly<Record<string, Lowering>> = {
  Add: merge("Add"),
  Subtract: merge("Subtract"),
  Multiply: merge("Multiply"),
  Divide: divide,
  TrueDivide: divide,
  Maximum: bound("Maximum", true),
  Minimum: bound("Minimum", false),
  Negative: (steps, _, [x]) => void steps.add("Rescaling", { scale: -1 }, [steps.tensor(x)]),
  Square: (steps, _, [x]) => square(steps, x),
  Power: (steps, _, [x, exponent]) => {
    if (exponent === undefined || "shape" in exponent || numbersOf(steps, exponent).join() !== "2") {
      throw steps.unsupported("an exponent other than 2");
    }
    square(steps, x);
  },
  Clip: (steps, { x_min: low = null, x_max: high = null }, [x]) => {
    if ([low, high].some((one) => one !== null && typeof one !== "number")) {
      throw steps.unsupported("bounds that are not numbers");
    }
    clip(steps, x, low as number | null, high as number | null);
  },
  ReLU: layer("ReLU", "max_value", "negative_slope", "threshold"),
  Relu: layer("ReLU"),
  Relu6: (steps, _, [x]) => clip(steps, x, 0, 6),
  LeakyRelu: layer("LeakyReLU", "negative_slope"),
  Elu: layer("ELU", "alpha"),
  Selu: activation("selu"),
  Gelu: (steps, config, args) =>
    activation(config["approximate"] === false ? "gelu" : "gelu_tanh")(steps, config, args),
  Silu: activation("silu"),
  HardSilu: activation("hard_silu"),
  HardSigmoid: (steps, _, [x]) => {
    const line = steps.add("Rescaling", { scale: 1 / 6, offset: 0.5 }, [steps.tensor(x)]);
    steps.add("ReLU", { max_value: 1 }, [line]);
  },
  HardTanh: (steps, _, [x]) => clip(steps, x, -1, 1),
  Sigmoid: activation("sigmoid"),
  Tanh: activation("tanh"),
  Softplus: activation("softplus"),
  Softmax: layer("Softmax", "axis"),
  Normalize: (steps, config, [x]) => {
    if (config["order"] !== 2) throw steps.unsupported(`order ${JSON.stringify(config["order"] ?? null)}`);
    steps.add("UnitNormalization", { axis: config["axis"] ?? -1 }, [steps.tensor(x)]);
  },
  Mean: pooled("Average"),
  Max: pooled("Max"),
  AveragePool: pool("AveragePooling2D"),
  MaxPool: pool("MaxPooling2D"),
  Reshape: reshape,
  Transpose: transpose,
  ExpandDims: expandDims,
  Squeeze: squeeze,
  Concatenate: concatenate,
  Stack: stack,
  GetItem: (steps, _, [x, index]) => indexedSteps(steps, steps.tensor(x), index),
  Pad: pad,
  Resize: resize,
};
