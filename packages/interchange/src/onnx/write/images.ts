import type { Json, Shape, Weight } from "@heddle/core";
import { windowOfAspect } from "@heddle/core/internal/ops/resize.js";
import type { GraphWriter } from "./graph-writer.js";
import { Inexpressible, type LayerWriter, pairIn } from "./layer-writer.js";
import { alike, channelsFirst, flattenedValue, inLayoutOf, natural, type Value } from "./value.js";
import { windowAttributes } from "./weighted.js";

/** Axes of height and width of an image with the channels first, as a batch. */
const HEIGHT_AND_WIDTH = [2n, 3n] as const;

const rescaling: LayerWriter = (graph, { layer: { name }, config, inputs: [value] }) => {
  const [scale, offset] = [config["scale"], config["offset"]];
  if (typeof scale !== "number" || typeof offset !== "number")
    throw new Inexpressible("a scale for each channel");
  const scaled =
    scale === 1 && offset !== 0
      ? value!.name
      : graph.add("Mul", offset === 0 ? name : `${name}/scaled`, [
          value!.name,
          graph.floats(`${name}/scale`, [], [scale]),
        ]);
  if (offset === 0) return alike(value!, scaled);
  return alike(value!, graph.add("Add", name, [scaled, graph.floats(`${name}/offset`, [], [offset])]));
};

/** Keras's smallest divisor. */
const EPSILON = 1e-7;

const normalization: LayerWriter = (graph, { layer, config, inputs: [value] }) => {
  const { name } = layer;
  const rank = value!.shape.length;
  const axes = [config["axis"] as number | readonly number[]].flat();
  const kept = axes.map((axis) => (axis < 0 ? rank + axis : axis - 1)).sort((a, b) => a - b);
  const [mean, variance] = ["mean", "variance"].map((key, place) =>
    statistics(config[key], layer.weights[place]),
  );
  const deviation = {
    ...variance!,
    values: variance!.values.map((one) => Math.max(EPSILON, Math.sqrt(Math.fround(one)))),
  };
  const numbers = (what: string, of: Statistics) => {
    const shape = value!.shape.map(() => 1);
    // The statistics may lack the first of the axes.
    for (const [place, size] of of.shape.entries())
      shape[kept[kept.length - of.shape.length + place]!] = size;
    const placed = inLayoutOf(value!, shape, of.values);
    return graph.floats(`${name}/${what}`, placed.shape, placed.values);
  };
  if (config["invert"] === true) {
    const widened = graph.add("Mul", `${name}/widened`, [value!.name, numbers("deviation", deviation)]);
    return alike(value!, graph.add("Add", name, [widened, numbers("mean", mean!)]));
  }
  const centred = graph.add("Sub", `${name}/centred`, [value!.name, numbers("mean", mean!)]);
  return alike(value!, graph.add("Div", name, [centred, numbers("deviation", deviation)]));
};

/** Numbers of a normalization, with the sizes of the axes that have their own. */
interface Statistics {
  readonly shape: Shape;
  readonly values: readonly number[];
}

/** Statistics from nested lists of the configuration, or from a weight where it has none. */
function statistics(nested: Json | undefined, weight: Weight | undefined): Statistics {
  if (nested === null || nested === undefined) return { shape: weight!.shape, values: [...weight!.read()] };
  if (typeof nested === "number") return { shape: [], values: [nested] };
  const shape: number[] = [];
  for (let list: Json | undefined = nested; Array.isArray(list); list = list[0]) shape.push(list.length);
  return { shape, values: (nested as unknown[]).flat(9) as number[] };
}

/** A part of an image. */
interface ImageWindow {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** A part of each image, brought to a size. */
function resized(
  graph: GraphWriter,
  image: Value,
  options: {
    readonly name: string;
    readonly window: ImageWindow;
    readonly output: Shape;
    readonly nearest: boolean;
  },
): Value {
  const { name, window, output, nearest } = options;
  const { top, left, height, width } = window;
  const [H, W] = image.shape as readonly [number, number];
  const [P, Q] = output as readonly [number, number];
  const isWhole = height === H && width === W;
  const isLast = height === P && width === Q;
  const cropped = isWhole
    ? image.name
    : graph.add("Slice", isLast ? name : `${name}/window`, [
        image.name,
        graph.integers(`${name}/starts`, [top, left]),
        graph.integers(`${name}/ends`, [top + height, left + width]),
        graph.integers(`${name}/axes`, [2, 3]),
      ]);
  const result = { ...image, shape: output };
  if (isLast) return { ...result, name: isWhole ? graph.add("Identity", name, [cropped]) : cropped };
  const sizes = graph.integers(`${name}/sizes`, [P, Q]);
  const attributes = {
    axes: HEIGHT_AND_WIDTH,
    coordinate_transformation_mode: "half_pixel",
    ...(nearest ? { mode: "nearest", nearest_mode: "round_prefer_ceil" } : { mode: "linear" }),
  };
  return { ...result, name: graph.add("Resize", name, [cropped, "", "", sizes], attributes) };
}

const resizing: LayerWriter = (graph, { layer: { name }, config, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [H, W] = image.shape as readonly [number, number];
  const [P, Q] = output as readonly [number, number];
  const interpolation = config["interpolation"];
  if (interpolation !== "bilinear" && interpolation !== "nearest")
    throw new Inexpressible(`interpolation ${interpolation}`);
  if (config["antialias"] === true) throw new Inexpressible("antialias");
  const window =
    config["crop_to_aspect_ratio"] === true
      ? windowOfAspect(H, W, P, Q)
      : { top: 0, left: 0, height: H, width: W };
  return resized(graph, image, { name, window, output, nearest: interpolation === "nearest" });
};

/** The middle, in the output's size where the image is large enough. */
const centerCrop: LayerWriter = (graph, { layer: { name }, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [H, W] = image.shape as readonly [number, number];
  const [height, width] = output as readonly [number, number];
  const window =
    H >= height && W >= width
      ? { top: Math.floor((H - height) / 2), left: Math.floor((W - width) / 2), height, width }
      : windowOfAspect(H, W, height, width);
  return resized(graph, image, { name, window, output, nearest: false });
};

/** Outside of training: the largest window in the middle with the output's proportions. */
const randomCrop: LayerWriter = (graph, { layer: { name }, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [H, W] = image.shape as readonly [number, number];
  const [P, Q] = output as readonly [number, number];
  return resized(graph, image, { name, window: windowOfAspect(H, W, P, Q), output, nearest: false });
};

const zeroPadding2d: LayerWriter = (graph, { layer: { name }, config, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [[top, bottom], [left, right]] = config["padding"] as unknown as [[number, number], [number, number]];
  const pads = graph.integers(`${name}/pads`, [0, 0, top, left, 0, 0, bottom, right]);
  return { ...image, name: graph.add("Pad", name, [image.name, pads], { mode: "constant" }), shape: output };
};

const cropping2d: LayerWriter = (graph, { layer: { name }, config, inputs: [value], output }) => {
  const image = channelsFirst(graph, value!);
  const [[top], [left]] = config["cropping"] as unknown as [[number, number], [number, number]];
  const [height, width] = output as readonly [number, number];
  return resized(graph, image, { name, window: { top, left, height, width }, output, nearest: false });
};

const upSampling2d: LayerWriter = (graph, { layer: { name }, config, inputs: [value], output }) => {
  if (config["interpolation"] !== "nearest")
    throw new Inexpressible(`interpolation ${config["interpolation"]}`);
  const image = channelsFirst(graph, value!);
  const [height, width] = pairIn(config, "size");
  const scales = graph.floats(`${name}/scales`, [4], [1, 1, height, width]);
  const attributes = {
    mode: "nearest",
    coordinate_transformation_mode: "asymmetric",
    nearest_mode: "floor",
  };
  return { ...image, name: graph.add("Resize", name, [image.name, "", scales], attributes), shape: output };
};

function pooling(operator: "MaxPool" | "AveragePool"): LayerWriter {
  return (graph, { layer, config, inputs: [value], output }) => {
    const image = channelsFirst(graph, value!);
    const { dilations: _, ...window } = windowAttributes(layer.who, image, {
      config,
      window: pairIn(config, "pool_size"),
    });
    return { ...image, name: graph.add(operator, layer.name, [image.name], window), shape: output };
  };
}

function globalPooling(operator: "GlobalMaxPool" | "GlobalAveragePool"): LayerWriter {
  return (graph, { layer: { name }, config, inputs: [value], output }) => {
    const image = channelsFirst(graph, value!);
    const keepdims = config["keepdims"] === true;
    const pooled = graph.add(operator, keepdims ? name : `${name}/image`, [image.name]);
    if (keepdims) return { ...image, name: pooled, shape: output };
    return { name: graph.add("Flatten", name, [pooled], { axis: 1n }), shape: output, layout: "last" };
  };
}

/** Along the rows of a list. */
function globalPooling1d(operator: "ReduceMean" | "ReduceMax"): LayerWriter {
  return (graph, { layer: { name }, config, inputs: [value], output }) => {
    const rows = natural(graph, value!);
    const axes = graph.integers(`${name}/axes`, [1]);
    const keepdims = config["keepdims"] === true ? 1n : 0n;
    return { ...rows, name: graph.add(operator, name, [rows.name, axes], { keepdims }), shape: output };
  };
}

const layerScale: LayerWriter = (graph, { layer, inputs: [value] }) => {
  const [gamma] = layer.weights;
  const shape = [...value!.shape.slice(1).map(() => 1), gamma!.shape[0]!];
  const { shape: sizes, values } = inLayoutOf(value!, shape, gamma!.read());
  return alike(value!, graph.add("Mul", layer.name, [value!.name, graph.floats(gamma!.name, sizes, values)]));
};

const reshape: LayerWriter = (graph, { layer: { name }, inputs: [value], output }) => {
  const source = natural(graph, value!);
  const target = graph.integers(`${name}/shape`, [0, ...output]);
  return { name: graph.add("Reshape", name, [source.name, target]), shape: output, layout: "last" };
};

const permute: LayerWriter = (graph, { layer: { name }, config, inputs: [value], output }) => {
  const source = natural(graph, value!);
  const perm = [0n, ...(config["dims"] as unknown as number[]).map(BigInt)];
  return { name: graph.add("Transpose", name, [source.name], { perm }), shape: output, layout: "last" };
};

export const imageWriters: Readonly<Record<string, LayerWriter>> = {
  Rescaling: rescaling,
  Normalization: normalization,
  Resizing: resizing,
  CenterCrop: centerCrop,
  RandomCrop: randomCrop,
  ZeroPadding2D: zeroPadding2d,
  Cropping2D: cropping2d,
  UpSampling2D: upSampling2d,
  MaxPooling2D: pooling("MaxPool"),
  AveragePooling2D: pooling("AveragePool"),
  GlobalMaxPooling2D: globalPooling("GlobalMaxPool"),
  GlobalAveragePooling2D: globalPooling("GlobalAveragePool"),
  GlobalMaxPooling1D: globalPooling1d("ReduceMax"),
  GlobalAveragePooling1D: globalPooling1d("ReduceMean"),
  LayerScale: layerScale,
  Flatten: (graph, { layer, inputs: [value] }) => flattenedValue(graph, value!, layer.name),
  Reshape: reshape,
  Permute: permute,
};
