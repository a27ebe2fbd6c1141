import {
  AveragePooling2D,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  MaxPooling2D,
} from "@heddle/core";
import { type Activation, channelsLast, computed, inLayout, named } from "../activation.js";
import type { Constant } from "../constant.js";
import { Lacking } from "../fault.js";
import { axisIn, listOf } from "../fold.js";
import type { Node } from "../node.js";
import type { LayerSettings, Piece } from "../piece.js";
import { constantAt, dataOf, type Operator } from "./operator.js";
import { imageOf, kerasPadding, ofAxes, type WindowAxes, windowOf, zeroPadded } from "./window.js";

type Pooling = typeof MaxPooling2D | typeof AveragePooling2D;

/** MaxPool and AveragePool. */
function pooling(Layer: Pooling): Operator {
  return (node, inputs) => {
    node.only({ storage_order: 0 });
    const kernel = node.integers("kernel_shape");
    if (kernel === undefined) throw node.damaged("a kernel_shape", "none");
    const image = imageOf(dataOf(node, inputs));
    const axes = windowOf(node, image, kernel);
    if (Math.max(...ofAxes(axes, "dilation")) > 1) throw new Lacking("dilations");
    const countsZeros = Layer === AveragePooling2D && node.integer("count_include_pad", 0) === 1;
    return pooled(Layer, { image, axes, countsZeros, node });
  };
}

/** The pooling that has exactly this padding, of the layers that Heddle has. */
function pooled(
  Layer: Pooling,
  pool: {
    readonly image: Activation;
    readonly axes: WindowAxes;
    readonly countsZeros: boolean;
    readonly node: Node;
  },
): Activation {
  const { image, axes, countsZeros, node } = pool;
  const [size, strides] = [ofAxes(axes, "window"), ofAxes(axes, "stride")];
  const { nonNegative } = image.piece;
  const after = (piece: Piece, make: (settings: LayerSettings) => InstanceType<Pooling>, name?: string) =>
    computed({ make, inputs: [piece], nonNegative, ...(name !== undefined && { name }) }, channelsLast(3));
  const direct = (piece: Piece, padding: "valid" | "same") =>
    after(piece, (settings) => new Layer(size, { strides, padding, ...named(settings) }), node.name);
  const padding = kerasPadding(axes);
  if (padding === "valid" || (padding === "same" && !countsZeros)) return direct(image.piece, padding);
  if (countsZeros && node.integer("ceil_mode", 0) === 1) throw new Lacking("ceil_mode and count_include_pad");
  // A zero changes no maximum of numbers that are not below it.
  if (countsZeros || (Layer === MaxPooling2D && nonNegative)) return direct(zeroPadded(image, axes), "valid");
  // The windows of stride 1 around every pixel, of which some are taken.
  const isCentred = axes.every(({ window, before, after: end, size: length, stride }) => {
    const windows = Math.floor((length + before + end - window) / stride) + 1;
    return before === Math.floor((window - 1) / 2) && windows === Math.floor((length - 1) / stride) + 1;
  });
  if (!isCentred) {
    throw new Lacking(`pads [${axes.map(({ before }) => before)}, ${axes.map(({ after: end }) => end)}]`);
  }
  const every = after(
    image.piece,
    (settings) => new Layer(size, { strides: 1, padding: "same", ...named(settings) }),
    node.name,
  );
  return after(every.piece, (settings) => new MaxPooling2D(1, { strides, ...named(settings) }));
}

type GlobalPooling = typeof GlobalAveragePooling2D | typeof GlobalMaxPooling2D;

function globalPooling(Layer: GlobalPooling): Operator {
  return (node, inputs) => {
    const { piece } = imageOf(dataOf(node, inputs));
    return overImage(Layer, piece, { keepdims: true, name: node.name });
  };
}

function overImage(
  Layer: GlobalPooling,
  piece: Piece,
  options: { keepdims: boolean; name: string },
): Activation {
  const { keepdims, name } = options;
  const make = (settings: LayerSettings) => new Layer({ keepdims, ...named(settings) });
  const { nonNegative } = piece;
  return computed({ make, inputs: [piece], nonNegative, name }, keepdims ? channelsLast(3) : [0]);
}

/** ReduceMean and ReduceMax over height and width. */
function reduction(Layer: GlobalPooling, Rows: RowPooling): Operator {
  return (node, inputs) => {
    const value = dataOf(node, inputs);
    const rank = value.shape.length;
    const axes = reducedAxes(node, rank + 1, constantAt(inputs, 1));
    const keepdims = node.integer("keepdims", 1) === 1;
    if (axes.includes(0)) throw new Lacking("the batch among its axes");
    const kept = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !axes.includes(axis + 1));
    const [channel] = kept;
    if (rank === 2 && channel !== undefined)
      return overRows(Rows, value, { channel, keepdims, name: node.name });
    if (rank !== 3 || kept.length !== 1 || channel === undefined) throw new Lacking(`axes [${axes}]`);
    const reduced = [0, 1, 2].filter((axis) => axis !== channel);
    const { piece } = inLayout(value, [...reduced, channel]);
    const result = overImage(Layer, piece, { keepdims, name: node.name });
    if (!keepdims) return result;
    const layout = [...reduced, channel];
    const shape = value.shape.map((size, axis) => (axis === channel ? size : 1));
    return { ...result, layout, shape };
  };
}

type RowPooling = typeof GlobalAveragePooling1D | typeof GlobalMaxPooling1D;

/** One value for each feature of a list of rows. */
function overRows(
  Layer: RowPooling,
  value: Activation,
  {
    channel,
    keepdims,
    name,
  }: { readonly channel: number; readonly keepdims: boolean; readonly name: string },
): Activation {
  const layout = [1 - channel, channel];
  const { piece } = inLayout(value, layout);
  const make = (settings: LayerSettings) => new Layer({ keepdims, ...named(settings) });
  return computed({ make, inputs: [piece], nonNegative: piece.nonNegative, name }, keepdims ? layout : [0]);
}

/** The axes of a reduction: all where none is named. */
function reducedAxes(node: Node, rank: number, input: Constant | undefined): number[] {
  const named = listOf(node, "axes", input) ?? [];
  if (named.length === 0) throw new Lacking("no axes");
  return named.map((axis) => axisIn(node, axis, rank));
}

export const poolings: Readonly<Record<string, Operator>> = {
  MaxPool: pooling(MaxPooling2D),
  AveragePool: pooling(AveragePooling2D),
  GlobalAveragePool: globalPooling(GlobalAveragePooling2D),
  GlobalMaxPool: globalPooling(GlobalMaxPooling2D),
  ReduceMean: reduction(GlobalAveragePooling2D, GlobalAveragePooling1D),
  ReduceMax: reduction(GlobalMaxPooling2D, GlobalMaxPooling1D),
};
