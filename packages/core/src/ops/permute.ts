import type { Shape } from "../base/shape.js";
import type { Pass } from "../engine/program.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";

/** The most axes of a sample that the kernel puts in order. */
export const PERMUTED_AXES = 3;

export interface PermuteNode extends NodeOf<"permute"> {
  /** For each axis of the output, the input's, from 0. */
  readonly axes: readonly number[];
}

/** y = x with its axes in another order. Backward: the same with the opposite order. */
export const permute: Op<PermuteNode> = {
  emit(e, { axes }, x) {
    const y = e.value(
      "output",
      axes.map((axis) => x.shape[axis]!),
    );
    emitPermute(e, "forward", axes, { y: y.data, x: x.data }, x.shape);
    return [
      y,
      (dy, dx) => {
        const opposite = axes.map((_, axis) => axes.indexOf(axis));
        if (dx) emitPermute(e, "backward", opposite, { y: dx, x: dy }, y.shape);
      },
    ];
  },
};

/** y of x, whose shape this is. */
function emitPermute(
  e: Emitter,
  pass: Pass,
  axes: readonly number[],
  data: { readonly y: Buffer; readonly x: Buffer },
  shape: Shape,
): void {
  const steps = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const three = (numbers: readonly number[], first: number) =>
    [...[first, first, first].slice(numbers.length), ...numbers] as [number, number, number];
  const [H, W, C] = three(
    axes.map((axis) => shape[axis]!),
    1,
  );
  const [strideH, strideW, strideC] = three(
    axes.map((axis) => steps[axis]!),
    0,
  );
  e.call("permute", pass, { ...data, N: "samples", H, W, C, strideH, strideW, strideC });
}
