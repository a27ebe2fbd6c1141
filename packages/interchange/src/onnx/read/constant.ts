import { type Shape, sizeOf } from "@heddle/core/internal/base/shape.js";
import type { ElementType, Numbers } from "../elements.js";

/**
 * A tensor whose numbers are known before the model runs: an initializer, or what follows from some. A number that
 * depends on the batch is NaN in a tensor of whole numbers.
 */
export interface Constant {
  readonly kind: "constant";
  readonly type: ElementType;
  readonly shape: Shape;
  readonly values: Numbers;
}

/** A size that is only known when the model runs. */
export const BATCH = Number.NaN;

export function constant(type: ElementType, shape: Shape, values: Numbers): Constant {
  return { kind: "constant", type, shape, values };
}

/** Whole numbers as a constant of one axis. */
export function integers(values: readonly number[]): Constant {
  return constant("int64", [values.length], Float64Array.from(values));
}

/** The distance between neighbours along each axis, in row-major order. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/**
 * For each element of the output of a transposition, in order, the place of its element in the input.
 *
 * @param order for each axis of the output, the axis of the input
 */
export function transposedPlaces(shape: Shape, order: readonly number[]): Int32Array {
  const strides = stridesOf(shape);
  return stridedPlaces(
    order.map((axis) => shape[axis]!),
    order.map((axis) => strides[axis]!),
  );
}

/** The places that nested loops over `shape` visit, when each step along an axis moves by its stride. */
export function stridedPlaces(shape: Shape, strides: readonly number[], start = 0): Int32Array {
  const places = new Int32Array(sizeOf(shape));
  if (places.length === 0) return places;
  places[0] = start;
  let filled = 1;
  // From the last axis outwards: each axis repeats what is filled, moved by its stride.
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const step = strides[axis]!;
    const block = filled;
    for (let turn = 1; turn < shape[axis]!; turn++) {
      for (let index = 0; index < block; index++) places[filled++] = places[index]! + turn * step;
    }
  }
  return places;
}

/** Values in another order. */
export function gathered(values: Numbers, places: Int32Array): Numbers {
  const result =
    values instanceof Float32Array ? new Float32Array(places.length) : new Float64Array(places.length);
  for (let index = 0; index < places.length; index++) result[index] = values[places[index]!]!;
  return result;
}

/** A constant with its axes in another order. */
export function transposed({ type, shape, values }: Constant, order: readonly number[]): Constant {
  const output = order.map((axis) => shape[axis]!);
  return constant(type, output, gathered(values, transposedPlaces(shape, order)));
}

/** Values as 32-bit floats. */
export function floats(values: Numbers): Float32Array {
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
