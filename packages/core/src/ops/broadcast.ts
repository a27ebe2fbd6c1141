import { type Shape, sameShape, sizeOf } from "../base/shape.js";
import type { Pass } from "../engine/program.js";
import type { Emitter, Value } from "./emitter.js";

/** The most axes of a sample that are broadcast: the kernels have H, W and C. */
export const BROADCAST_AXES = 3;

/**
 * The shape of values that are combined element by element: one with fewer axes has sizes of 1 before its own, and along
 * an axis of size 1 a value repeats. Undefined where shapes do not go together.
 */
export function broadcastShape(shapes: readonly Shape[]): Shape | undefined {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  const result = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (const [index, size] of shape.entries()) {
      const axis = rank - shape.length + index;
      if (size === 1 || size === result[axis]) continue;
      if (result[axis] !== 1) return undefined;
      result[axis] = size;
    }
  }
  return result;
}

/** The sizes of a value's axes H, W and C. */
type Axes = readonly [H: number, W: number, C: number];

/** Two shapes, or three, that go together, with as many axes as the kernels have: a single long one where they are the same. */
export function kernelAxes<T extends readonly Shape[]>(...shapes: T): { readonly [I in keyof T]: Axes } {
  const isOne = shapes.every((shape) => sameShape(shape, shapes[0]!));
  const axes = shapes.map((shape) =>
    isOne ? [1, 1, sizeOf(shape)] : [...[1, 1, 1].slice(shape.length), ...shape],
  );
  return axes as unknown as { readonly [I in keyof T]: Axes };
}

/** How far an operand advances from sample to sample and along each axis, in floats: not at all where it repeats. */
export function stridesOf([H, W, C]: Axes): readonly [N: number, H: number, W: number, C: number] {
  return [H * W * C, H === 1 ? 0 : W * C, W === 1 ? 0 : C, C === 1 ? 0 : 1];
}

/** y = Σ x / divisor over the axes that y does not have, or has with size 1: from a value to one that it was broadcast from. */
export function emitSum(e: Emitter, pass: Pass, y: Value, x: Value, divisor: number): void {
  const missing = x.shape.length - y.shape.length;
  const isSummed = x.shape.map((size, axis) => size > 1 && (axis < missing || y.shape[axis - missing] === 1));
  /** Stretches of axes that are summed together, the last ones first. */
  const stretches: { first: number; last: number }[] = [];
  isSummed.forEach((summed, axis) => {
    if (!summed) return;
    if (stretches[0]?.last === axis) stretches[0].last = axis + 1;
    else stretches.unshift({ first: axis, last: axis + 1 });
  });
  let from = x;
  stretches.forEach(({ first, last }, index) => {
    const { shape } = from;
    const isLast = index === stretches.length - 1;
    const summed = shape.map((size, axis) => (axis >= first && axis < last ? 1 : size));
    const to = isLast ? y : e.value("partial sum", summed);
    const rows = sizeOf(shape.slice(0, first));
    const J = sizeOf(shape.slice(first, last));
    const sizes = { N: "samples", rows, J, K: sizeOf(shape.slice(last)) } as const;
    e.call("sumAlong", pass, { y: to.data, x: from.data, ...sizes, divisor: isLast ? divisor : 1 });
    from = { shape: summed, data: to.data };
  });
}
