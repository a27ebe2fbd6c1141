import {
  DepthwiseConv2D,
  Flatten,
  type Layer,
  Normalization,
  Permute,
  Rescaling,
  Reshape,
} from "@heddle/core";
import { HeddleError } from "@heddle/core/internal/base/errors.js";
import { type Shape, sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { transposedPlaces } from "./constant.js";
import { Lacking } from "./fault.js";
import {
  type Activation,
  type Affine,
  type FlatOrder,
  type LayerSettings,
  Piece,
  type PieceOptions,
} from "./piece.js";

export type { Activation, Affine, FlatOrder };

/** The channels last: Heddle's layout of ONNX's `[C, H, W]`. */
export function channelsLast(rank: number): number[] {
  return [...Array.from({ length: rank - 1 }, (_, axis) => axis + 1), 0];
}

/** ONNX's own order of the axes. */
export function sameOrder(rank: number): number[] {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** A value that a layer computes from one or several. */
export function computed(
  options: Omit<PieceOptions, "shape" | "inputs" | "make"> & {
    readonly make: (settings: LayerSettings) => Layer;
    readonly inputs: readonly Piece[];
  },
  layout: readonly number[],
): Activation {
  const { make, inputs, bias } = options;
  return placed(new Piece({ ...options, shape: shapeAfter(make, inputs, bias !== undefined) }), layout);
}

/** The shape of a layer's value: the layer says it, and refuses inputs that it does not take. */
function shapeAfter(
  make: (settings: LayerSettings) => Layer,
  inputs: readonly Piece[],
  useBias: boolean,
): Shape {
  try {
    return make({ useBias }).outputShape(...inputs.map(({ shape }) => shape));
  } catch (thrown) {
    if (!(thrown instanceof HeddleError)) throw thrown;
    throw new Lacking(`what a layer refuses (${thrown.message})`);
  }
}

/** A piece's value in a layout. */
export function placed(piece: Piece, layout: readonly number[]): Activation {
  const shape = new Array<number>(layout.length);
  for (const [axis, from] of layout.entries()) shape[from] = piece.shape[axis]!;
  return { kind: "activation", piece, shape, layout, isExclusive: true };
}

/** The value after a layer that treats every number alike, or only the last axis of Heddle's layout. */
export function through(
  value: Activation,
  make: (settings: LayerSettings) => Layer,
  options: Pick<PieceOptions, "role" | "nonNegative" | "name" | "weights"> = {},
): Activation {
  const { piece, order, layout } = settled(value);
  const result = computed({ ...options, make, inputs: [piece] }, layout);
  return { ...result, shape: value.shape, order };
}

/** A value whose piece holds the value itself: what was to be applied becomes a bias or a layer. */
export function settled(value: Activation): Activation {
  const { piece, affine, isExclusive } = value;
  if (piece.attention) throw new Lacking("two computed values that are no attention as Heddle has it");
  if (piece.groups) throw new Lacking("groups that do not become channels again");
  if (affine === undefined) {
    if (piece.role === "erf") throw new Lacking("another use than that of GELU");
    return value;
  }
  if (piece.role === "erf") throw new Lacking("an Erf that is not that of GELU");
  const { scale, offset } = affine;
  const rest = { ...value, affine: undefined };
  const ofUnits = (values: readonly number[]) =>
    Float32Array.from({ length: piece.shape.at(-1)! }, (_, unit) => values[values.length === 1 ? 0 : unit]!);
  const isPlain = scale.every((factor) => factor === 1);
  if (piece.takesBias && piece.bias === undefined && isExclusive && (isPlain || piece.takesScale)) {
    // Factors of 1 for each channel are weights that training has not changed yet.
    if (piece.takesScale && (scale.length > 1 || !isPlain)) piece.scale = ofUnits(scale);
    piece.bias = ofUnits(offset);
    return rest;
  }
  return { ...rest, piece: affinePiece(piece, affine), isExclusive: true };
}

/** A layer for x · scale + offset: constants before the first weights, weights after them. */
function affinePiece(piece: Piece, { scale, offset }: Affine): Piece {
  const layer = (make: NonNullable<PieceOptions["make"]>) =>
    new Piece({ make, inputs: [piece], shape: piece.shape });
  if (scale.length === 1 && offset.length === 1) {
    return layer((settings) => new Rescaling(scale[0]!, { ...named(settings), offset: offset[0]! }));
  }
  const channels = piece.shape.at(-1)!;
  const at = (values: readonly number[], channel: number) => values[values.length === 1 ? 0 : channel]!;
  const scales = Array.from({ length: channels }, (_, channel) => at(scale, channel));
  const offsets = Array.from({ length: channels }, (_, channel) => at(offset, channel));
  if (piece.isPreparation && scales.every((factor) => factor > 0)) {
    const mean = scales.map((factor, channel) => 0 - offsets[channel]! / factor);
    const variance = scales.map((factor) => 1 / (factor * factor));
    return layer((settings) => new Normalization({ ...named(settings), mean, variance }));
  }
  // A 1×1 convolution of each channel by itself; it takes images.
  const image = [1, sizeOf(piece.shape) / channels, channels];
  const isImage = piece.shape.length === 3;
  const before = isImage ? piece : reshaped(piece, image);
  const convolution = new Piece({
    make: ({ name }) => new DepthwiseConv2D(1, name === undefined ? {} : { name }),
    inputs: [before],
    shape: before.shape,
    weights: [Float32Array.from(scales)],
    bias: Float32Array.from(offsets),
  });
  return isImage ? convolution : reshaped(convolution, piece.shape);
}

/** The name of a layer as an option. */
export function named({ name }: Pick<LayerSettings, "name">): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

/** A piece's numbers, in their order, under another shape; of the value that they were, where that is known. */
export function reshaped(piece: Piece, shape: Shape, reshapedFrom?: Activation): Piece {
  if (sameShape(piece.shape, shape)) return piece;
  const { nonNegative } = piece;
  const make: PieceOptions["make"] =
    shape.length === 1
      ? (settings) => new Flatten(named(settings))
      : (settings) => new Reshape(shape, named(settings));
  return new Piece({ make, inputs: [piece], shape, nonNegative, ...(reshapedFrom && { reshapedFrom }) });
}

/** The value with its axes in a layout, as a layer needs them. */
export function inLayout(source: Activation, layout: readonly number[]): Activation {
  const value = unflattened(settled(source));
  if (layout.every((axis, index) => axis === value.layout[index])) return value;
  const shape = layout.map((axis) => value.shape[axis]!);
  const result = { ...value, layout, isExclusive: true };
  // Axes of size 1 may move without the numbers moving.
  const large = (axes: readonly number[]) => axes.filter((axis) => value.shape[axis] !== 1);
  const order = large(value.layout);
  if (large(layout).every((axis, index) => axis === order[index])) {
    return { ...result, piece: reshaped(value.piece, shape) };
  }
  return {
    ...result,
    piece: permuted(
      value.piece,
      layout.map((axis) => value.layout.indexOf(axis)),
    ),
  };
}

/** The most axes that Permute takes. */
const PERMUTED_AXES = 3;

/**
 * A piece's value with its axes in another order; those that stay neighbours move as one.
 *
 * @param order for each axis of the result, the axis of the piece
 */
function permuted(piece: Piece, order: readonly number[]): Piece {
  const runs: number[][] = [];
  for (const axis of order) {
    const last = runs.at(-1);
    if (last !== undefined && last.at(-1) === axis - 1) last.push(axis);
    else runs.push([axis]);
  }
  if (runs.length > PERMUTED_AXES) throw new Lacking(`a transposition to axes [${order.join(", ")}]`);
  const before = [...runs].sort(([a], [b]) => a! - b!);
  const sizeOfRun = (run: readonly number[]) => sizeOf(run.map((axis) => piece.shape[axis]!));
  const dims = runs.map((run) => before.indexOf(run) + 1);
  const moved = new Piece({
    make: (settings) => new Permute(dims, named(settings)),
    inputs: [reshaped(piece, before.map(sizeOfRun))],
    shape: runs.map(sizeOfRun),
    nonNegative: piece.nonNegative,
  });
  return reshaped(
    moved,
    order.map((axis) => piece.shape[axis]!),
  );
}

/** A flattened value with its numbers in ONNX's order. */
function unflattened(value: Activation): Activation {
  if (value.order === undefined) return value;
  const { from } = value.order;
  if (from === undefined) throw new Lacking("parts that were flattened in another order");
  const image = { ...value, ...from, order: undefined };
  const piece = reshaped(
    value.piece,
    from.layout.map((axis) => from.shape[axis]!),
  );
  const moved = inLayout({ ...image, piece }, sameOrder(from.shape.length));
  return { ...value, piece: reshaped(moved.piece, value.shape), order: undefined, isExclusive: true };
}

/** The value as one axis, whose numbers may be in another order than ONNX's. */
export function flattened(source: Activation): Activation {
  const value = settled(source);
  const { shape, layout, piece } = value;
  if (shape.length === 1) return value;
  const size = sizeOf(shape);
  // No number moves where the axes that have several are in ONNX's order.
  const large = layout.filter((axis) => shape[axis] !== 1);
  const isSame = large.every((axis, index) => index === 0 || axis > large[index - 1]!);
  const places = () => transposedPlaces(shape, layout);
  return {
    ...value,
    piece: reshaped(piece, [size]),
    shape: [size],
    layout: [0],
    order: isSame ? undefined : { places, from: { shape, layout } },
  };
}

/** Numbers for each feature of a value, in Heddle's order of them. */
export function inHeddleOrder(values: readonly number[], order: FlatOrder | undefined): readonly number[] {
  if (order === undefined || values.length === 1) return values;
  return Array.from(order.places(), (place) => values[place]!);
}
