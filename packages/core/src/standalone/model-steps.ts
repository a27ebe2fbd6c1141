import { HeddleError } from "../base/errors.js";
import { type Shape, sizeOf } from "../base/shape.js";
import { INPUT, isMerge } from "../compiler/graph.js";
import type { Network } from "../network/network.js";
import type { AttentionNode } from "../ops/attention.js";
import type { BatchNormalizationNode } from "../ops/batch-normalization.js";
import { broadcastShape } from "../ops/broadcast.js";
import type { Conv2DGeometry } from "../ops/conv2d-geometry.js";
import type { Pool2DGeometry } from "../ops/max-pool.js";
import type { MergeNode } from "../ops/merge.js";
import type { AnyNode, OpNode } from "../ops/node.js";
import type { NormalizeNode } from "../ops/normalize.js";
import { windowOfAspect } from "../ops/resize.js";
import type { Weight } from "../ops/weight.js";
import { positions } from "./runtime/positions.js";
import type { ElementFunction, Part, Step, Window } from "./steps.js";

/** A model's inference as plain data. */
export interface ModelSteps {
  readonly steps: readonly Step[];
  /** The weights' values, in the order of the parts. */
  readonly tensors: readonly Tensor[];
}

/** Values that a step reads. */
export interface Tensor {
  readonly values: Float32Array;
  /** Of a kernel, the number of its output channels, which are its last axis; 0 for other tensors. */
  readonly outputChannels: number;
}

/** An op at its place: what it reads, by number, and the shape of its value. */
interface Placed {
  readonly node: AnyNode;
  readonly reads: readonly number[];
  readonly inputShapes: readonly Shape[];
  readonly shape: Shape;
  /** The batch normalization that becomes a part of it. */
  normalization?: BatchNormalizationNode;
}

/**
 * What a model does in prediction, one step after the other. A batch normalization becomes a part of the convolution or
 * dense layer before it if nothing else reads that one's value; what acts in training alone is left out.
 *
 * @throws HeddleError in the layer's name when it does what no step does
 */
export function modelSteps(model: Network): ModelSteps {
  const tensors: Tensor[] = [];
  let kept = 0;
  const keep = (values: Float32Array, outputChannels = 0): Part => {
    tensors.push({ values, outputChannels });
    kept += values.length;
    return [kept - values.length, values.length];
  };
  const steps = placedOps(model).map(
    (placed) => ({ ...stepOf(placed, keep), reads: placed.reads, size: sizeOf(placed.shape) }) as Step,
  );
  return { steps, tensors };
}

/** The ops that do something in prediction; value 0 is the input, and op n computes value n + 1. */
function placedOps(model: Network): readonly Placed[] {
  const ops: Placed[] = [];
  const values: number[] = [];
  const readers = readersIn(model);
  for (const { layer, inputs, inputShapes } of model.placed) {
    let reads = inputs.map((from) => (from === INPUT ? 0 : values[from]!));
    let shapes = inputShapes;
    // Only the value of the layer before may have other readers.
    let isRead = inputs.length > 1 || inputs[0] === INPUT || readers[inputs[0]!]! > 1;
    for (const node of layer.lower(inputShapes[0]!)) {
      if (node.op === "attention") {
        const projected = projections(node, reads, shapes);
        ops.push(...projected);
        [reads, shapes] = [
          projected.map((_, index) => ops.length - 2 + index),
          projected.map(({ shape }) => shape),
        ];
      }
      const shape = shapeAfter(node, shapes);
      const before = ops[reads[0]! - 1];
      if (node.op === "batchNormalization" && before && !isRead && takesNormalization(before)) {
        before.normalization = node;
      } else if (!PASSES_ON.has(node.op)) {
        ops.push({ node, reads, inputShapes: shapes, shape });
        reads = [ops.length];
      }
      if (node.op === "batchNormalization" && node.relu) throw refused(node);
      isRead = false;
      shapes = [shape];
    }
    values.push(reads[0]!);
  }
  return ops;
}

/** The queries, keys and values of an attention, as three dense layers. */
function projections(
  { query, key, value, owner }: AttentionNode,
  [q, v, k = v]: readonly number[],
  [ofQuery, ofValue, ofKey = ofValue]: readonly Shape[],
): readonly Placed[] {
  return (
    [
      [query, q!, ofQuery!],
      [key, k!, ofKey!],
      [value, v!, ofValue!],
    ] as const
  ).map(([weights, read, shape]) => {
    const node: OpNode = { op: "dense", owner, ...weights, relu: false };
    return { node, reads: [read], inputShapes: [shape], shape: shapeAfter(node, [shape]) };
  });
}

/** How many layers read the value of each. */
function readersIn(model: Network): readonly number[] {
  const readers = model.placed.map(() => 0);
  for (const { inputs } of model.placed) for (const from of inputs) if (from !== INPUT) readers[from]!++;
  return readers;
}

/** Ops that change nothing in prediction, or nothing but the shape. */
const PASSES_ON: ReadonlySet<AnyNode["op"]> = new Set([
  "dropout",
  "dropSamples",
  "gaussianNoise",
  "spatialDropout",
  "randomBrightness",
  "randomAffine",
  "randomContrast",
  "randomErasing",
  "randomFlip",
  "reshape",
] as const);

function takesNormalization({ node, normalization }: Placed): boolean {
  return "kernel" in node && !("relu" in node && node.relu) && normalization === undefined;
}

function shapeAfter(node: AnyNode, inputs: readonly Shape[]): Shape {
  const [input, ...others] = inputs;
  const shape = input!;
  if (node.op === "finishedConv2d") throw refused(node);
  if (node.op === "attention") return [node.tokens[0], node.heads * node.valueDim];
  if (isMerge(node) && node.op !== "concatenate") return broadcastShape(inputs)!;
  switch (node.op) {
    case "conv2d":
    case "groupedConv2d":
    case "depthwiseConv2d":
      return [node.geometry.P, node.geometry.Q, node.geometry.K];
    case "maxPool":
    case "averagePool":
      return [node.geometry.P, node.geometry.Q, node.geometry.C];
    case "dense":
      return [...shape.slice(0, -1), sizeOf(node.kernel.shape.slice(1))];
    case "reshape":
      return node.shape;
    case "resize":
    case "randomCrop":
      return [node.P, node.Q, shape[2]!];
    case "upSampling":
      return [shape[0]! * node.size[0], shape[1]! * node.size[1], shape[2]!];
    case "cropping": {
      const [[top, bottom], [left, right]] = node.cropping;
      return [shape[0]! - top - bottom, shape[1]! - left - right, shape[2]!];
    }
    case "permute":
      return node.axes.map((axis) => shape[axis]!);
    case "zeroPadding": {
      const [[top, bottom], [left, right]] = node.padding;
      return [top + shape[0]! + bottom, left + shape[1]! + right, shape[2]!];
    }
    case "concatenate": {
      const along = others.reduce((sum, other) => sum + other[node.axis]!, shape[node.axis]!);
      return shape.with(node.axis, along);
    }
    default:
      return shape;
  }
}

type Keep = (values: Float32Array, outputChannels?: number) => Part;

function stepOf(placed: Placed, keep: Keep): object {
  const { node, inputShapes } = placed;
  if (isMerge(node)) return mergeStep(node, inputShapes);
  const shape = inputShapes[0]!;
  switch (node.op) {
    case "rescale":
      return { do: "scale", scale: node.scale, offset: node.offset };
    case "batchNormalization": {
      const { scale, offset } = scaleAndOffset(node);
      return { do: "channels", scale: keep(scale), offset: keep(offset) };
    }
    case "channelScale": {
      const C = shape.at(-1)!;
      const scale = node.gamma?.read() ?? new Float32Array(C).fill(1);
      return { do: "channels", scale: keep(scale), offset: keep(node.beta?.read() ?? new Float32Array(C)) };
    }
    case "unitNormalization":
      return { do: "unitNormalization", L: node.length, epsilon: node.epsilon };
    case "permute":
      return { do: "permute", from: shape, axes: node.axes };
    case "cropping": {
      const [[top, bottom], [left, right]] = node.cropping;
      const [height, width] = [shape[0]! - top - bottom, shape[1]! - left - right];
      const window = { top, left, height, width };
      return { do: "resize", W: shape[1]!, C: shape[2]!, P: height, Q: width, window, bilinear: false };
    }
    case "normalize": {
      const { scale, offset } = normalizingScale(node);
      return { do: "channels", scale: keep(scale), offset: keep(offset) };
    }
    case "conv2d":
    case "groupedConv2d":
      return {
        do: "convolution",
        groups: node.op === "groupedConv2d" ? node.groups : 1,
        ...convolutionOf(node.geometry),
        ...kernelAndBias(placed, node.geometry.K, keep),
      };
    case "depthwiseConv2d":
      return {
        do: "depthwise",
        ...convolutionOf(node.geometry),
        ...kernelAndBias(placed, node.geometry.K, keep),
      };
    case "dense": {
      const [I, ...units] = node.kernel.shape as readonly [number, ...number[]];
      const O = sizeOf(units);
      return { do: "dense", I, O, ...kernelAndBias(placed, O, keep) };
    }
    case "maxPool":
    case "averagePool":
      return { do: node.op, window: poolWindow(node.geometry), C: node.geometry.C };
    case "relu":
      return { do: "function", name: "relu" satisfies ElementFunction, alpha: 0 };
    case "activation": {
      const name: ElementFunction = node.activation;
      return { do: "function", name, alpha: node.alpha ?? (name === "leakyRelu" ? 0.2 : 1) };
    }
    case "rectify": {
      const { slope, threshold, maximum } = node;
      return { do: "rectify", slope, threshold, maximum: Number.isFinite(maximum) ? maximum : null };
    }
    case "prelu":
      return { do: "prelu", alpha: keep(node.alpha.read()) };
    case "softmax":
      return { do: "softmax", K: shape.at(-1)! };
    case "layerNormalization": {
      const { length: L, epsilon, gamma, beta } = node;
      const part = (weight: Weight | undefined) => (weight ? keep(weight.read()) : null);
      return { do: "layerNormalization", L, epsilon, gamma: part(gamma), beta: part(beta) };
    }
    case "zeroPadding": {
      const [[top], [left, right]] = node.padding;
      const [H, W, C] = shape as readonly [number, number, number];
      return { do: "pad", H, W, C, paddedW: left + W + right, top, left };
    }
    case "resize": {
      const { P, Q, window, interpolation } = node;
      return {
        do: "resize",
        W: shape[1]!,
        C: shape[2]!,
        P,
        Q,
        window,
        bilinear: interpolation === "bilinear",
      };
    }
    case "randomCrop": {
      const { P, Q } = node;
      const window = windowOfAspect(shape[0]!, shape[1]!, P, Q);
      return { do: "resize", W: shape[1]!, C: shape[2]!, P, Q, window, bilinear: true };
    }
    case "upSampling":
      return { do: "repeat", H: shape[0]!, W: shape[1]!, C: shape[2]!, times: node.size };
    default:
      throw refused(node);
  }
}

function mergeStep(node: MergeNode, shapes: readonly Shape[]): object {
  if (node.op === "attention") {
    const { heads: E, keyDim: D, valueDim: V } = node;
    const [T, S] = node.tokens;
    return { do: "attention", E, T, S, D, V };
  }
  if (node.op === "concatenate") return { do: "concatenate", rows: sizeOf(shapes[0]!.slice(0, node.axis)) };
  return { do: "merge", of: node.op, from: shapes, to: broadcastShape(shapes)! };
}

function refused(node: AnyNode): HeddleError {
  return new HeddleError({
    who: `Layer "${node.owner}"`,
    expected: "what a standalone model can do",
    received: `the op ${node.op}`,
    next: "Export it as a module with `wasm: true`, or in a different format.",
  });
}

function convolutionOf(g: Conv2DGeometry) {
  const { H, W, P, Q, R, S, strideH, strideW, top, left, dilationH, dilationW, C, K } = g;
  const window: Window = { H, W, P, Q, R, S, strideH, strideW, top, left };
  return { window, dilationH, dilationW, C, K };
}

function poolWindow({ H, W, P, Q, poolH, poolW, strideH, strideW, top, left }: Pool2DGeometry): Window {
  return { H, W, P, Q, R: poolH, S: poolW, strideH, strideW, top, left };
}

/** A kernel and bias, with the batch normalization that follows, if one does. */
function kernelAndBias({ node, normalization }: Placed, outputChannels: number, keep: Keep) {
  const { kernel, bias } = node as Extract<OpNode, { readonly kernel: Weight }>;
  const values = kernel.read();
  if (!normalization) {
    return { kernel: keep(values, outputChannels), bias: bias ? keep(bias.read()) : null };
  }
  const { scale, offset } = scaleAndOffset(normalization);
  const own = bias?.read();
  return {
    kernel: keep(
      values.map((value, at) => value * scale[at % outputChannels]!),
      outputChannels,
    ),
    bias: keep(offset.map((value, at) => value + (own?.[at] ?? 0) * scale[at]!)),
  };
}

/** A batch normalization by its moving statistics as y = x · scale + offset. */
function scaleAndOffset(node: BatchNormalizationNode) {
  const [gamma, beta] = [node.gamma?.read(), node.beta?.read()];
  const mean = node.movingMean.read();
  const scale = node.movingVariance
    .read()
    .map((variance, at) => (gamma?.[at] ?? 1) / Math.sqrt(variance + node.epsilon));
  return { scale, offset: scale.map((value, at) => (beta?.[at] ?? 0) - mean[at]! * value) };
}

/** A normalization by known statistics as y = x · scale + offset, for each place of a sample, or for each channel. */
function normalizingScale(node: NormalizeNode) {
  const [mean, variance] = [node.mean.read(), node.variance.read()];
  const own = node.statisticsAxes;
  const isPerChannel = own[0] === 1 && own[1] === 1;
  const places = isPerChannel ? variance.keys() : positions(own, node.axes);
  const [scale, offset]: [number[], number[]] = [[], []];
  for (const place of places) {
    const deviation = Math.max(node.epsilon, Math.sqrt(variance[place]!));
    scale.push(node.invert ? deviation : 1 / deviation);
    offset.push(node.invert ? mean[place]! : -mean[place]! / deviation);
  }
  return { scale: Float32Array.from(scale), offset: Float32Array.from(offset) };
}
