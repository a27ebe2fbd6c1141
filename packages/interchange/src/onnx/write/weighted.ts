import type { Weight } from "@heddle/core";
import { type Padding, windowAxis } from "@heddle/core/internal/ops/window.js";
import { constant, transposed } from "../read/constant.js";
import { activated } from "./activations.js";
import type { GraphWriter } from "./graph-writer.js";
import { ints, type LayerWriter, pairIn, type WrittenLayer } from "./layer-writer.js";
import { alike, channelsFirst, flatPlaces, inLayoutOf, natural, type Value } from "./value.js";

/** A kernel with its axes in another order. */
function kernelOf(
  graph: GraphWriter,
  weight: Weight,
  order: readonly number[],
  shape: readonly number[],
): string {
  const { values } = transposed(constant("float32", weight.shape, weight.read()), order);
  return graph.floats(weight.name, shape, values);
}

function biasOf(graph: GraphWriter, bias: Weight | undefined): string[] {
  return bias ? [graph.floats(bias.name, bias.shape, bias.read())] : [];
}

/** Strides, dilations and pads of a window under Keras's names, for an image [H, W, C]. */
export function windowAttributes(
  who: string,
  image: Value,
  { config, window }: { config: WrittenLayer["config"]; window: readonly [number, number] },
) {
  const strides = pairIn(config, "strides");
  const dilations =
    config["dilation_rate"] === undefined ? ([1, 1] as const) : pairIn(config, "dilation_rate");
  const axes = (["height", "width"] as const).map((axis, index) =>
    windowAxis({
      who,
      axis,
      input: image.shape[index]!,
      window: window[index]!,
      stride: strides[index]!,
      dilation: dilations[index]!,
      padding: config["padding"] as Padding,
    }),
  );
  return {
    kernel_shape: ints(window),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints([...axes.map(({ before }) => before), ...axes.map(({ after }) => after)]),
  };
}

/** One convolution of a layer, without its activation. */
function convolution(
  graph: GraphWriter,
  image: Value,
  options: {
    readonly layer: WrittenLayer["layer"];
    readonly name: string;
    readonly kernel: string;
    readonly bias: readonly string[];
    readonly groups: number;
    readonly window: ReturnType<typeof windowAttributes>;
    readonly output: readonly number[];
  },
): Value {
  const { name, kernel, bias, groups, window, output } = options;
  const inputs = [image.name, kernel, ...bias];
  return {
    name: graph.add("Conv", name, inputs, { ...window, group: BigInt(groups) }),
    shape: output,
    layout: "first",
  };
}

const conv2d: LayerWriter = (graph, { layer, config, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [kernel, bias] = layer.weights;
  const [R, S, depth, filters] = kernel!.shape as readonly [number, number, number, number];
  const sum = convolution(graph, image, {
    layer,
    name: layer.name,
    kernel: kernelOf(graph, kernel!, [3, 2, 0, 1], [filters, depth, R, S]),
    bias: biasOf(graph, bias),
    groups: config["groups"] as number,
    window: windowAttributes(layer.who, image, { config, window: [R, S] }),
    output,
  });
  return activated(graph, sum, config["activation"] as string, `${layer.name}/activation`);
};

/** The convolution of each channel by itself: the kernel [R, S, C, M] becomes [C · M, 1, R, S]. */
function depthwise(
  graph: GraphWriter,
  { layer, config, inputs: [value] }: WrittenLayer,
  options: { readonly name: string; readonly bias: readonly string[]; readonly output: readonly number[] },
): Value {
  const image = channelsFirst(graph, value!);
  const [kernel] = layer.weights;
  const [R, S, channels, multiplier] = kernel!.shape as readonly [number, number, number, number];
  return convolution(graph, image, {
    layer,
    ...options,
    kernel: kernelOf(graph, kernel!, [2, 3, 0, 1], [channels * multiplier, 1, R, S]),
    groups: channels,
    window: windowAttributes(layer.who, image, { config, window: [R, S] }),
  });
}

const depthwiseConv2d: LayerWriter = (graph, written) => {
  const { layer, config, output } = written;
  const bias = biasOf(graph, layer.weights[1]);
  const sum = depthwise(graph, written, { name: layer.name, bias, output });
  return activated(graph, sum, config["activation"] as string, `${layer.name}/activation`);
};

const POINT = {
  kernel_shape: ints([1, 1]),
  strides: ints([1, 1]),
  dilations: ints([1, 1]),
  pads: ints([0, 0, 0, 0]),
};

const separableConv2d: LayerWriter = (graph, written) => {
  const { layer, config, output } = written;
  const [, pointwise, bias] = layer.weights;
  const [, , channels, filters] = pointwise!.shape as readonly [number, number, number, number];
  const between = [output[0]!, output[1]!, channels];
  const parts = depthwise(graph, written, { name: `${layer.name}/depthwise`, bias: [], output: between });
  const sum = convolution(graph, parts, {
    layer,
    name: layer.name,
    kernel: kernelOf(graph, pointwise!, [3, 2, 0, 1], [filters, channels, 1, 1]),
    bias: biasOf(graph, bias),
    groups: 1,
    window: POINT,
    output,
  });
  return activated(graph, sum, config["activation"] as string, `${layer.name}/activation`);
};

const dense: LayerWriter = (graph, { layer, config, inputs: [value], output }) => {
  const [kernel, bias] = layer.weights;
  const activation = config["activation"] as string;
  const after = (sum: Value) => activated(graph, sum, activation, `${layer.name}/activation`);
  const [features, units] = kernel!.shape as readonly [number, number];
  if (output.length === 1) {
    const places = flatPlaces(value!);
    const rows = places ? rowsAt(kernel!.read(), places, units) : kernel!.read();
    const matrix = graph.floats(kernel!.name, [features, units], rows);
    const name = graph.add("Gemm", layer.name, [value!.name, matrix, ...biasOf(graph, bias)]);
    return after({ name, shape: output, layout: "last" });
  }
  if (value!.layout === "first" && output.length === 3) {
    const weight = kernelOf(graph, kernel!, [1, 0], [units, features, 1, 1]);
    const inputs = [value!.name, weight, ...biasOf(graph, bias)];
    return after({ name: graph.add("Conv", layer.name, inputs, POINT), shape: output, layout: "first" });
  }
  const rows = natural(graph, value!);
  const matrix = graph.floats(kernel!.name, [features, units], kernel!.read());
  const product = graph.add("MatMul", layer.name, [rows.name, matrix]);
  const sum = bias ? graph.add("Add", `${layer.name}/sum`, [product, ...biasOf(graph, bias)]) : product;
  return after({ name: sum, shape: output, layout: "last" });
};

function rowsAt(matrix: Float32Array, places: Int32Array, units: number): Float32Array {
  const rows = new Float32Array(matrix.length);
  places.forEach((place, row) => {
    rows.set(matrix.subarray(place * units, (place + 1) * units), row * units);
  });
  return rows;
}

const batchNormalization: LayerWriter = (graph, { layer, config, inputs: [value] }) => {
  const normal = typeof value!.layout === "object" ? value! : channelsFirst(graph, value!);
  const [movingMean, movingVariance] = layer.weights.slice(-2);
  const channels = movingMean!.shape;
  const [gamma, beta] = [config["scale"] === true, config["center"] === true];
  const vector = (name: string, weight: Weight | undefined, fallback: number) => {
    const values = weight ? weight.read() : new Float32Array(channels[0]!).fill(fallback);
    // A vector for each channel: in the order of a flattened image, but never of more axes.
    const placed = typeof normal.layout === "object" ? inLayoutOf(normal, channels, values).values : values;
    return graph.floats(`${layer.name}/${name}`, channels, placed);
  };
  const inputs = [
    normal.name,
    vector("gamma", gamma ? layer.weights[0] : undefined, 1),
    vector("beta", beta ? layer.weights[gamma ? 1 : 0] : undefined, 0),
    vector("moving_mean", movingMean, 0),
    vector("moving_variance", movingVariance, 1),
  ];
  const attributes = { epsilon: config["epsilon"] as number, momentum: config["momentum"] as number };
  return alike(normal, graph.add("BatchNormalization", layer.name, inputs, attributes));
};

const layerNormalization: LayerWriter = (graph, { layer, config, inputs: [value] }) => {
  const rows = natural(graph, value!);
  const axes = ([config["axis"]].flat() as number[]).length;
  const shape = rows.shape.slice(-axes);
  const hasGamma = config["scale"] === true;
  const [gamma, beta] = hasGamma ? layer.weights : [undefined, ...layer.weights];
  const ones = new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1);
  const inputs = [rows.name, graph.floats(`${layer.name}/gamma`, shape, gamma?.read() ?? ones)];
  if (beta) inputs.push(graph.floats(beta.name, shape, beta.read()));
  const attributes = { axis: BigInt(-axes), epsilon: config["epsilon"] as number };
  return alike(rows, graph.add("LayerNormalization", layer.name, inputs, attributes));
};

/** The groups as rows, each normalized by itself, then γ and β of the channels: as PyTorch writes it. */
const groupNormalization: LayerWriter = (graph, { layer, config, inputs: [source] }) => {
  const value = source!.shape.length === 1 ? natural(graph, source!) : channelsFirst(graph, source!);
  const { shape } = value;
  const channels = shape.at(-1)!;
  const groups = config["groups"] === -1 ? channels : (config["groups"] as number);
  const node = (what: string) => `${layer.name}/${what}`;
  const rows = graph.add("Reshape", node("rows"), [
    value.name,
    graph.integers(node("rows_shape"), [0, groups, -1]),
  ]);
  const ones = graph.floats(node("ones"), [groups], new Float32Array(groups).fill(1));
  const zeros = graph.floats(node("zeros"), [groups], new Float32Array(groups));
  const normal = graph.add("InstanceNormalization", layer.name, [rows, ones, zeros], {
    epsilon: config["epsilon"] as number,
  });
  const sizes = [channels, ...shape.slice(0, -1)];
  let name = graph.add("Reshape", node("channels"), [
    normal,
    graph.integers(node("channels_shape"), [0, ...sizes]),
  ]);
  const each = [channels, ...shape.slice(1).map(() => 1)];
  const hasGamma = config["scale"] === true;
  const [gamma, beta] = hasGamma ? layer.weights : [undefined, ...layer.weights];
  if (gamma) name = graph.add("Mul", node("scaled"), [name, graph.floats(gamma.name, each, gamma.read())]);
  if (beta) name = graph.add("Add", node("sum"), [name, graph.floats(beta.name, each, beta.read())]);
  return alike(value, name);
};

export const weightedWriters: Readonly<Record<string, LayerWriter>> = {
  Conv2D: conv2d,
  DepthwiseConv2D: depthwiseConv2d,
  SeparableConv2D: separableConv2d,
  Dense: dense,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  GroupNormalization: groupNormalization,
};
