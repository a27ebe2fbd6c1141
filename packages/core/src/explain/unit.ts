import { type Shape, sizeOf } from "../base/shape.js";
import type { Layer } from "../layers/index.js";
import type { Conv2DGeometry } from "../ops/conv2d-geometry.js";
import type { Pool2DGeometry } from "../ops/max-pool.js";
import type { AnyNode, OpNode } from "../ops/node.js";
import type { Weight } from "../ops/weight.js";

/** A number that a unit reads. */
export interface UnitTerm {
  /** Its place in what the layer reads, flat. */
  readonly index: number;
  /** Its place in the window, row by row; its place in the row for a unit that has no window. */
  readonly tap: number;
  /** The channel that it belongs to; 0 for a unit that has no window. */
  readonly channel: number;
  readonly input: number;
  /** What it is multiplied by. */
  readonly weight: number;
  /** The weight's place in the kernel, flat; undefined where there is none. */
  readonly kernelAt?: number;
}

/** The numbers that make one value of a layer's output. */
export interface UnitNumbers {
  /**
   * `sum`: of input × weight, and the bias; `largest`: the largest input; `copy`: one input as it is. A mean is a sum, each
   * input times the same weight.
   */
  readonly how: "sum" | "largest" | "copy";
  /** Padding is left out. */
  readonly terms: readonly UnitTerm[];
  /** Rows and columns of the window; undefined for a unit that has none. */
  readonly window: readonly [rows: number, columns: number] | undefined;
  /** The weight that the terms' weights are from; undefined where there is none. */
  readonly kernel?: Weight;
  readonly bias: number;
  /** What the terms and the bias make, before the activation. */
  readonly value: number;
  /** The functions that follow, such as `relu`. */
  readonly activations: readonly string[];
}

type Step = Omit<UnitNumbers, "activations">;
/** A value of what an op reads, by its flat place. */
type Read = (index: number) => number;
/** How an op makes the value at a flat place of its output. */
type Maker = (index: number, read: Read) => Step;

/**
 * Takes a value of a layer's output apart: the inputs, each with its weight, the bias, and the activation that follows, as
 * in inference. In f64, so that the last digits may differ from the engine's.
 *
 * @param layer built, with one input
 * @param inputShape what it reads, without the batch axis
 * @param input its values, flat
 * @param index the place in the output, flat
 * @returns undefined for layers whose values are no such sum, such as attention and layers of several inputs
 *
 * @example
 * const numbers = unitNumbers(conv, [28, 28, 1], image, 0);
 * numbers.terms.length; // 9, of a kernel of 3 × 3
 */
export function unitNumbers(
  layer: Layer,
  inputShape: Shape,
  input: ArrayLike<number>,
  index: number,
): UnitNumbers | undefined {
  let shape = inputShape;
  let read: Read = (at) => input[at]!;
  let last: Maker = copied((at) => at);
  let hasMaker = false;
  const activations: string[] = [];
  for (const node of layer.lower(inputShape)) {
    if (PASSED_ON.has(node.op)) continue;
    const activation = activationOf(node);
    if (activation !== undefined) {
      activations.push(activation);
      continue;
    }
    const maker = makerOf(node, shape);
    // A layer that computes on after an activation has no single sum.
    if (!maker || activations.length > 0) return undefined;
    if (hasMaker) {
      const [before, readBefore] = [last, read];
      read = (at) => before(at, readBefore).value;
    }
    [last, hasMaker] = [maker.make, true];
    shape = maker.output ?? shape;
  }
  return { ...last(index, read), activations };
}

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
  "reshape",
  "spatialDropout",
]);

/** The name of an op that computes each value from the one at its place, or of a softmax. */
function activationOf(node: AnyNode): string | undefined {
  if (node.op === "activation") return node.activation;
  return ["relu", "rectify", "prelu", "softmax"].includes(node.op) ? node.op : undefined;
}

interface FoundMaker {
  readonly make: Maker;
  /** Where it is another than the input's. */
  readonly output?: Shape;
}

function makerOf(node: AnyNode, shape: Shape): FoundMaker | undefined {
  switch (node.op) {
    case "conv2d":
      return convolution(node, 1);
    case "groupedConv2d":
      return convolution(node, node.groups);
    case "depthwiseConv2d":
      return convolution(node, node.geometry.C);
    case "dense":
      return { make: product(node), output: [node.kernel.shape[1]!] };
    case "maxPool":
    case "averagePool":
      return { make: pooled(node.geometry, node.op), output: outputOf(node.geometry) };
    case "rescale":
      return { make: scaled(() => [node.scale, node.offset]) };
    case "batchNormalization":
      return { make: scaled(movingScale(node, shape.at(-1)!)) };
    case "layerNormalization": {
      const { length, gamma, beta, epsilon } = node;
      return {
        make: scaled((index, read) => {
          const { mean, variance } = statisticsOf(index - (index % length), length, read);
          const factor = at(gamma, index % length, 1) / Math.sqrt(variance + epsilon);
          return [factor, at(beta, index % length, 0) - mean * factor];
        }),
      };
    }
    case "unitNormalization": {
      const { length, epsilon } = node;
      return {
        make: scaled((index, read) => {
          const { squares } = statisticsOf(index - (index % length), length, read);
          return [1 / Math.max(epsilon, Math.sqrt(squares)), 0];
        }),
      };
    }
    case "normalize":
      return { make: scaled(statisticsScale(node)) };
    case "channelScale":
      return { make: scaled((index) => [at(node.gamma, index % shape.at(-1)!, 1), 0]) };
    default:
      return moved(node, shape);
  }
}

/** Ops that bring values to other places, and compute none. */
function moved(node: AnyNode, shape: Shape): FoundMaker | undefined {
  const [H = 1, W = 1, C = 1] = shape;
  const window = (output: Shape, from: (row: number, column: number) => readonly [number, number]) => ({
    output,
    make: copied((index) => {
      const channel = index % C;
      const [, columns = 1] = output;
      const [row, column] = from(Math.floor(index / (C * columns)), Math.floor(index / C) % columns);
      return row >= 0 && row < H && column >= 0 && column < W ? (row * W + column) * C + channel : undefined;
    }),
  });
  if (node.op === "zeroPadding") {
    const [[top, bottom], [left, right]] = node.padding;
    return window([top + H + bottom, left + W + right, C], (row, column) => [row - top, column - left]);
  }
  if (node.op === "cropping") {
    const [[top, bottom], [left, right]] = node.cropping;
    return window([H - top - bottom, W - left - right, C], (row, column) => [row + top, column + left]);
  }
  if (node.op === "upSampling") {
    const [height, width] = node.size;
    return window([H * height, W * width, C], (row, column) => [
      Math.floor(row / height),
      Math.floor(column / width),
    ]);
  }
  if (node.op === "permute") {
    const output = node.axes.map((axis) => shape[axis]!);
    return {
      output,
      make: copied((index) => {
        const place = new Array<number>(shape.length);
        let rest = index;
        for (let axis = output.length - 1; axis >= 0; axis--) {
          place[node.axes[axis]!] = rest % output[axis]!;
          rest = Math.floor(rest / output[axis]!);
        }
        return place.reduce((sum, at, axis) => sum * shape[axis]! + at, 0);
      }),
    };
  }
  return undefined;
}

/** [P, Q, K] from [H, W, C], in groups: kernel [R, S, C / groups, K], bias [K] or none. */
function convolution(
  node: { readonly geometry: Conv2DGeometry; readonly kernel: Weight; readonly bias: Weight | undefined },
  groups: number,
): FoundMaker {
  const { geometry: g, kernel, bias } = node;
  const own = g.C / groups;
  const make: Maker = (index, read) => {
    const weights = kernel.read();
    const filter = index % g.K;
    const q = Math.floor(index / g.K) % g.Q;
    const p = Math.floor(index / (g.K * g.Q));
    const first = Math.floor(filter / (g.K / groups)) * own;
    const terms: UnitTerm[] = [];
    for (let tap = 0; tap < g.R * g.S; tap++) {
      const h = p * g.strideH + Math.floor(tap / g.S) * g.dilationH - g.top;
      const w = q * g.strideW + (tap % g.S) * g.dilationW - g.left;
      if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
      for (let c = 0; c < own; c++) {
        const channel = first + c;
        const from = (h * g.W + w) * g.C + channel;
        const kernelAt = (tap * own + c) * g.K + filter;
        terms.push({ index: from, tap, channel, input: read(from), weight: weights[kernelAt]!, kernelAt });
      }
    }
    return { ...sumOf(terms, at(bias, filter, 0), [g.R, g.S]), kernel };
  };
  return { make, output: [g.P, g.Q, g.K] };
}

/** [O] from [I]: kernel [I, O], bias [O] or none. */
function product({ kernel, bias }: { readonly kernel: Weight; readonly bias: Weight | undefined }): Maker {
  const [I, O] = kernel.shape as readonly [number, number];
  return (index, read) => {
    const weights = kernel.read();
    const terms = Array.from({ length: I }, (_, from) => ({
      index: from,
      tap: from,
      channel: 0,
      input: read(from),
      weight: weights[from * O + index]!,
      kernelAt: from * O + index,
    }));
    return { ...sumOf(terms, at(bias, index, 0), undefined), kernel };
  };
}

function outputOf({ P, Q, C }: Pool2DGeometry): Shape {
  return [P, Q, C];
}

function pooled(g: Pool2DGeometry, op: "maxPool" | "averagePool"): Maker {
  return (index, read) => {
    const channel = index % g.C;
    const q = Math.floor(index / g.C) % g.Q;
    const p = Math.floor(index / (g.C * g.Q));
    const terms: UnitTerm[] = [];
    for (let tap = 0; tap < g.poolH * g.poolW; tap++) {
      const h = p * g.strideH + Math.floor(tap / g.poolW) - g.top;
      const w = q * g.strideW + (tap % g.poolW) - g.left;
      if (h >= 0 && h < g.H && w >= 0 && w < g.W) {
        const from = (h * g.W + w) * g.C + channel;
        terms.push({ index: from, tap, channel, input: read(from), weight: 1 });
      }
    }
    const window = [g.poolH, g.poolW] as const;
    if (op === "averagePool") {
      const weight = 1 / terms.length;
      return sumOf(
        terms.map((term) => ({ ...term, weight })),
        0,
        window,
      );
    }
    const value = terms.reduce((largest, { input }) => Math.max(largest, input), Number.NEGATIVE_INFINITY);
    return { how: "largest", terms, window, bias: 0, value };
  };
}

/** One input times a factor, and an offset. */
function scaled(scale: (index: number, read: Read) => readonly [factor: number, offset: number]): Maker {
  return (index, read) => {
    const [weight, offset] = scale(index, read);
    return sumOf([{ index, tap: 0, channel: 0, input: read(index), weight }], offset, undefined);
  };
}

function movingScale(
  {
    gamma,
    beta,
    movingMean,
    movingVariance,
    epsilon,
  }: Pick<
    Extract<OpNode, { op: "batchNormalization" }>,
    "gamma" | "beta" | "movingMean" | "movingVariance" | "epsilon"
  >,
  channels: number,
) {
  return (index: number): readonly [number, number] => {
    const channel = index % channels;
    const factor = at(gamma, channel, 1) / Math.sqrt(at(movingVariance, channel, 1) + epsilon);
    return [factor, at(beta, channel, 0) - at(movingMean, channel, 0) * factor];
  };
}

function statisticsScale({
  mean,
  variance,
  axes,
  statisticsAxes,
  epsilon,
  invert,
}: Extract<OpNode, { op: "normalize" }>) {
  return (index: number): readonly [number, number] => {
    const place = placeOf(index, axes);
    // Along an axis of size 1 the same statistics repeat.
    const own = statisticsAxes.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : place[axis]!), 0);
    const deviation = Math.max(epsilon, Math.sqrt(at(variance, own, 1)));
    const middle = at(mean, own, 0);
    return invert ? [deviation, middle] : [1 / deviation, -middle / deviation];
  };
}

/** One input as it is; 0 where `from` says that there is none. */
function copied(from: (index: number) => number | undefined): Maker {
  return (index, read) => {
    const place = from(index);
    const terms =
      place === undefined ? [] : [{ index: place, tap: 0, channel: 0, input: read(place), weight: 1 }];
    return { how: "copy", terms, window: undefined, bias: 0, value: terms[0]?.input ?? 0 };
  };
}

function sumOf(terms: readonly UnitTerm[], bias: number, window: Step["window"]): Step {
  const value = terms.reduce((sum, { input, weight }) => sum + input * weight, bias);
  return { how: "sum", terms, window, bias, value };
}

function statisticsOf(first: number, length: number, read: Read) {
  let [sum, squares] = [0, 0];
  for (let index = first; index < first + length; index++) {
    sum += read(index);
    squares += read(index) ** 2;
  }
  const mean = sum / length;
  let variance = 0;
  for (let index = first; index < first + length; index++) variance += (read(index) - mean) ** 2 / length;
  return { mean, variance, squares };
}

/** A number of a weight, or what stands for a weight that the layer does not have. */
function at(weight: Weight | undefined, index: number, missing: number): number {
  return weight ? weight.read()[index]! : missing;
}

/** A flat place as one number for each axis. */
export function placeOf(index: number, shape: Shape): readonly number[] {
  let rest = index % Math.max(1, sizeOf(shape));
  const place = new Array<number>(shape.length);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    place[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return place;
}
