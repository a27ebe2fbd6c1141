import { Cropping2D, Resizing, UpSampling2D, ZeroPadding2D } from "@heddle/core";
import { type Shape, sameShape, sizeOf } from "@heddle/core/internal/base/shape.js";
import { type ElementType, isFloat } from "../../elements.js";
import {
  type Activation,
  channelsLast,
  computed,
  flattened,
  inLayout,
  named,
  reshaped,
  sameOrder,
  settled,
} from "../activation.js";
import { BATCH, type Constant } from "../constant.js";
import { Lacking } from "../fault.js";
import { axisIn, converted, listOf, orderOf, shapeOf, squeezedAxes, unsqueezedAxes } from "../fold.js";
import type { Node } from "../node.js";
import { attentionHeads } from "./attention.js";
import { groupedChannels } from "./groups.js";
import { constantAt, dataOf, neededConstant, type Operator, scalarAt } from "./operator.js";
import { imageOf } from "./window.js";

/** Another order of the axes: nothing is computed. */
const transpose: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const order = orderOf(node, value.shape.length + 1);
  if (order[0] !== 0) throw new Lacking(`perm [${order}], which moves the batch`);
  const axes = order.slice(1).map((axis) => axis - 1);
  return {
    ...value,
    shape: axes.map((axis) => value.shape[axis]!),
    layout: value.layout.map((axis) => axes.indexOf(axis)),
  };
};

/** The same numbers under another shape, in ONNX's order. */
function reshapedTo(source: Activation, shape: Shape): Activation {
  if (sizeOf(shape) !== sizeOf(source.shape)) throw new Lacking(`a shape of [batch, ${shape.join(", ")}]`);
  if (sameShape(shape, source.shape)) return source;
  const known = attentionHeads(source, shape) ?? groupedChannels(source, shape);
  if (known) return known;
  if (shape.length === 1) return flattened(source);
  const from = source.order?.from;
  // What was flattened becomes an image again.
  if (from && sameShape(from.shape, shape)) {
    const value = settled(source);
    const sizes = from.layout.map((axis) => shape[axis]!);
    return { ...value, ...from, piece: reshaped(value.piece, sizes), order: undefined };
  }
  const kept = withOnes(source, shape);
  if (kept) return kept;
  const before = settled(source);
  const plain = inLayout(before, sameOrder(source.shape.length));
  return {
    ...plain,
    piece: reshaped(plain.piece, shape, before),
    shape,
    layout: sameOrder(shape.length),
    isExclusive: true,
  };
}

/** The value where only axes of size 1 come and go, so that no number moves; undefined elsewhere. */
function withOnes(source: Activation, shape: Shape): Activation | undefined {
  const largeOf = (sizes: Shape) => sizes.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const [before, after] = [largeOf(source.shape), largeOf(shape)];
  const isSame =
    before.length === after.length && before.every((axis, i) => source.shape[axis] === shape[after[i]!]);
  if (!isSame || source.order) return undefined;
  const value = settled(source);
  // Heddle's order of the large axes, in terms of the new ones.
  const large = value.layout.flatMap((axis) => {
    const index = before.indexOf(axis);
    return index < 0 ? [] : [after[index]!];
  });
  const isLarge = (axis: number) => shape[axis] !== 1;
  const layout = [channelsLast(shape.length), sameOrder(shape.length)].find((order) =>
    order.filter(isLarge).every((axis, index) => axis === large[index]),
  );
  if (layout === undefined) return undefined;
  const piece = reshaped(
    value.piece,
    layout.map((axis) => shape[axis]!),
  );
  return { ...value, piece, shape, layout };
}

/** The sizes without the batch, which must stay the first. */
function perSample(node: Node, source: Activation, target: readonly number[]): number[] {
  const keepsZeros = node.integer("allowzero", 0) === 1;
  const sizes = target.map((size, axis) =>
    size === 0 && !keepsZeros ? (axis === 0 ? BATCH : (source.shape[axis - 1] ?? 0)) : size,
  );
  const [, ...rest] = sizes;
  const count = sizeOf(source.shape);
  const known = sizeOf(rest.filter((size) => size !== -1));
  const shape = rest.map((size) => (size === -1 ? count / known : size));
  const isWhole = shape.every((size) => Number.isInteger(size) && size > 0) && sizeOf(shape) === count;
  if (isWhole && target.length > 1) return shape;
  throw new Lacking(`a shape of [${target.map((size) => (Number.isNaN(size) ? "batch" : size)).join(", ")}]`);
}

const reshape: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  return reshapedTo(value, perSample(node, value, [...neededConstant(node, inputs, 1).values]));
};

const flatten: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const axis = node.integer("axis", 1);
  const fromStart = axis < 0 ? axis + value.shape.length + 1 : axis;
  if (fromStart !== 1) throw new Lacking(`axis ${axis}`);
  return flattened(value);
};

const squeeze: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const axes = squeezedAxes(node, [BATCH, ...value.shape], listOf(node, "axes", constantAt(inputs, 1)));
  const shape = value.shape.filter((_, axis) => !axes.includes(axis + 1));
  return shape.length === 0 ? reshapedTo(value, [1]) : reshapedTo(value, shape);
};

const unsqueeze: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const named_ = listOf(node, "axes", constantAt(inputs, 1)) ?? [];
  const [batch, ...axes] = unsqueezedAxes(node, value.shape.length + 1, named_);
  if (batch !== 0) throw new Lacking("an axis before the batch");
  return reshapedTo(
    value,
    axes.map((axis) => (axis === undefined ? 1 : value.shape[axis - 1]!)),
  );
};

/** What is added to height and width; nothing else may be. */
function padsOf(node: Node, inputs: Parameters<Operator>[1], rank: number): readonly [number[], number[]] {
  const pads = listOf(node, "pads", constantAt(inputs, 1)) ?? [];
  const axes = listOf(node, "axes", constantAt(inputs, 3)) ?? sameOrder(rank);
  if (pads.length !== 2 * axes.length) throw node.damaged(`${2 * axes.length} pads`, String(pads.length));
  const [before, after] = [new Array<number>(rank).fill(0), new Array<number>(rank).fill(0)];
  for (const [index, axis] of axes.entries()) {
    before[axisIn(node, axis, rank)] = pads[index]!;
    after[axisIn(node, axis, rank)] = pads[index + axes.length]!;
  }
  return [before, after];
}

const pad: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const mode = node.text("mode", "constant");
  if (mode !== "constant") throw new Lacking(`mode ${mode}`);
  const fill = scalarAt(inputs, 2) ?? node.float("value", 0);
  const [before, after] = padsOf(node, inputs, value.shape.length + 1);
  const all = [...before, ...after];
  if (all.every((size) => size === 0)) return value;
  if (fill !== 0) throw new Lacking(`the value ${fill}`);
  if (!all.every((size) => Number.isSafeInteger(size))) throw new Lacking("sizes of the batch");
  if (all.some((size) => size < 0)) throw new Lacking("negative pads");
  const image = value.shape.length === 3 ? inLayout(value, layoutOfImage(value)) : value;
  const [height, width, channel] = image.layout;
  const isImage = value.shape.length === 3 && before[0] === 0 && after[0] === 0;
  if (!isImage || before[channel! + 1] !== 0 || after[channel! + 1] !== 0) {
    throw new Lacking("pads of other axes than height and width");
  }
  const padding = [height!, width!].map((axis) => [before[axis + 1]!, after[axis + 1]!] as const);
  const { nonNegative } = image.piece;
  return computed(
    {
      make: (settings) => new ZeroPadding2D([padding[0]!, padding[1]!], named(settings)),
      inputs: [image.piece],
      nonNegative,
      name: node.name,
    },
    image.layout,
  );
};

/** The layout of an image: its own where the channels are last in ONNX too. */
function layoutOfImage({ layout }: Activation): readonly number[] {
  return layout.length === 3 && layout[2] === 2 ? [0, 1, 2] : channelsLast(3);
}

/** The part of an image that a slice takes. */
const slice: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const starts = listOf(node, "starts", constantAt(inputs, 1)) ?? [];
  const ends = listOf(node, "ends", constantAt(inputs, 2)) ?? [];
  const axes = listOf(node, "axes", constantAt(inputs, 3)) ?? starts.map((_, axis) => axis);
  const steps = constantAt(inputs, 4)?.values;
  if (steps?.some((step) => step !== 1)) throw new Lacking("steps");
  const cut = value.shape.map(() => [0, 0] as [number, number]);
  for (const [index, named] of axes.entries()) {
    const axis = axisIn(node, named, value.shape.length + 1) - 1;
    if (axis < 0) throw new Lacking("a part of the batch");
    const size = value.shape[axis]!;
    const within = (place: number) => Math.min(size, Math.max(0, place < 0 ? place + size : place));
    cut[axis] = [within(starts[index]!), size - within(ends[index]!)];
  }
  if (cut.every(([before, after]) => before === 0 && after === 0)) return value;
  if (value.shape.length !== 3) throw new Lacking("a part of other values than images");
  const image = inLayout(value, layoutOfImage(value));
  const [rows, columns, channels] = image.layout.map((axis) => cut[axis]!);
  if (channels!.some((size) => size !== 0)) throw new Lacking("a part of the channels");
  return computed(
    {
      make: (settings) => new Cropping2D([rows!, columns!], named(settings)),
      inputs: [image.piece],
      nonNegative: image.piece.nonNegative,
      name: node.name,
    },
    image.layout,
  );
};

/** Resize, and Upsample before it. */
const resize: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  const image = imageOf(value);
  const [H, W, C] = image.piece.shape as readonly [number, number, number];
  const sizes = resizedTo(node, inputs, value.shape);
  const [height, width] = [sizes[image.layout[0]!]!, sizes[image.layout[1]!]!];
  if (sizes[image.layout[2]!] !== C) throw new Lacking("another number of channels");
  const { nonNegative } = image.piece;
  const common = { inputs: [image.piece], nonNegative, name: node.name };
  const isOld = node.operator === "Upsample" || node.opset < 11;
  const mode = node.text("mode", "nearest");
  const coordinates = isOld ? "asymmetric" : node.text("coordinate_transformation_mode", "half_pixel");
  node.only({ antialias: 0, exclude_outside: 0, keep_aspect_ratio_policy: "stretch" });
  if (height === H && width === W) return image;
  if (mode === "nearest" && repeatsPixels([H, W], [height, width], coordinates, node)) {
    const size = [height / H, width / W] as const;
    return computed({ ...common, make: (settings) => new UpSampling2D(size, named(settings)) }, image.layout);
  }
  const rounding = node.text("nearest_mode", "round_prefer_floor");
  if (coordinates !== "half_pixel") throw new Lacking(`coordinate_transformation_mode ${coordinates}`);
  if (mode === "nearest" && rounding !== "round_prefer_ceil") throw new Lacking(`nearest_mode ${rounding}`);
  if (mode !== "nearest" && mode !== "linear") throw new Lacking(`mode ${mode}`);
  const interpolation = mode === "nearest" ? "nearest" : "bilinear";
  return computed(
    { ...common, make: (settings) => new Resizing(height, width, { interpolation, ...named(settings) }) },
    image.layout,
  );
};

/** Whether nearest neighbours are each pixel repeated: by whole factors, in any way of rounding but up. */
function repeatsPixels(from: Shape, to: Shape, coordinates: string, node: Node): boolean {
  if (!to.every((size, axis) => Number.isInteger(size / from[axis]!))) return false;
  if (coordinates === "half_pixel") {
    return node.text("nearest_mode", "round_prefer_floor").startsWith("round_prefer");
  }
  const isOld = node.operator === "Upsample" || node.opset < 11;
  return (
    coordinates === "asymmetric" && (isOld || node.text("nearest_mode", "round_prefer_floor") === "floor")
  );
}

/** The sizes after Resize, without the batch. */
function resizedTo(node: Node, inputs: Parameters<Operator>[1], shape: Shape): number[] {
  const isUpsample = node.operator === "Upsample";
  const isOld = isUpsample || node.opset < 11;
  const scaleInput: Constant | undefined = constantAt(inputs, isOld ? 1 : 2);
  const scales = node.floats("scales") ?? (scaleInput ? [...scaleInput.values] : []);
  const sizes = isOld ? [] : [...(constantAt(inputs, 3)?.values ?? [])];
  const axes = node.integers("axes") ?? sameOrder(shape.length + 1);
  const result = [...shape];
  for (const [index, named] of axes.entries()) {
    const axis = axisIn(node, named, shape.length + 1) - 1;
    if (axis < 0) continue;
    const size =
      sizes.length > 0 ? sizes[index] : Math.floor(shape[axis]! * (scales[index] ?? Number.NaN) + 1e-5);
    if (!(Number.isInteger(size) && size! > 0)) throw node.damaged("sizes or scales", "none");
    result[axis] = size!;
  }
  return result;
}

/** A value's sizes: constants, but for the batch. */
const shape: Operator = (node, inputs) => shapeOf(node, [BATCH, ...dataOf(node, inputs).shape]);

/** Casts between fractions: Heddle computes in 32 bits. */
const cast: Operator = (node, inputs) => {
  const value = dataOf(node, inputs);
  return castTo(value, node.elementType("to"));
};

/** Casts to the type of another value, which may be computed, and then has 32 bits. */
const castLike: Operator = (node, inputs) => {
  const [value, like] = inputs;
  if (value === undefined || like === undefined) throw node.damaged("two inputs", String(inputs.length));
  if (value.kind === "constant") return converted(value, "float32");
  return castTo(value, like.kind === "constant" ? like.type : "float32");
};

function castTo(value: Activation, type: ElementType): Activation {
  if (isFloat(type)) return value;
  throw new Lacking(`rounding to ${type}`);
}

export const shapes: Readonly<Record<string, Operator>> = {
  Transpose: transpose,
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Pad: pad,
  Slice: slice,
  Resize: resize,
  Upsample: resize,
  Shape: shape,
  Cast: cast,
  CastLike: castLike,
  Identity: dataOf,
};
