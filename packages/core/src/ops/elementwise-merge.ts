import { sizeOf } from "../base/shape.js";
import type { Pass } from "../engine/program.js";
import type { Buffer } from "../engine/program-builder.js";
import { broadcastShape, emitSum, kernelAxes, stridesOf } from "./broadcast.js";
import type { Emitter, MergeBackward, Value } from "./emitter.js";

/** Operations of two operands that share a kernel. A name's index is its number in `kernels/broadcast.ts`. */
const combinations = ["add", "subtract", "multiply", "maximum", "minimum"] as const;

type Combination = (typeof combinations)[number];

/** Ops of two values or more, element by element. */
export const elementwiseMerges = [...combinations, "average"] as const;

export type ElementwiseMerge = (typeof elementwiseMerges)[number];

/**
 * y = x_0 ∘ x_1 ∘ … from the left, the inputs broadcast to one shape. Backward: each input's part of dy, summed where the
 * input repeats; of equal values in a maximum or a minimum, the first input has it.
 */
export function emitElementwise(
  e: Emitter,
  op: ElementwiseMerge,
  xs: readonly Value[],
): [Value, MergeBackward] {
  // Layers accept only shapes that go together.
  const y = e.value("output", broadcastShape(xs.map(({ shape }) => shape))!);
  const [first, ...rest] = xs as [Value, ...Value[]];
  let result = first;
  for (const x of rest) {
    emitCombination(e, "forward", op === "average" ? "add" : op, y, result, x);
    result = y;
  }
  const share = op === "average" ? 1 / xs.length : 1;
  if (op === "average") emitScaled(e, "forward", y, y.data, share);
  switch (op) {
    case "multiply":
      return [y, (dy, dxs) => emitFactors(e, xs, { shape: y.shape, data: dy }, dxs)];
    case "maximum":
    case "minimum":
      return [y, (dy, dxs) => emitWinners(e, xs, y, dy, dxs)];
    default:
      return [
        y,
        (dy, dxs) => {
          dxs.forEach((dx, index) => {
            if (!dx) return;
            const { shape } = xs[index]!;
            const factor = op === "subtract" && index > 0 ? -1 : share;
            if (sizeOf(shape) === sizeOf(y.shape)) emitScaled(e, "backward", { shape, data: dx }, dy, factor);
            else emitSum(e, "backward", { shape, data: dx }, { shape: y.shape, data: dy }, 1 / factor);
          });
        },
      ];
  }
}

/** The gradients of a product: dx_i = dy · Π x_j over the other inputs j. */
function emitFactors(
  e: Emitter,
  xs: readonly Value[],
  dy: Value,
  dxs: readonly (Buffer | undefined)[],
): void {
  dxs.forEach((dx, index) => {
    if (!dx) return;
    const { shape } = xs[index]!;
    const isWhole = sizeOf(shape) === sizeOf(dy.shape);
    const product = isWhole ? { shape, data: dx } : e.value("product", dy.shape);
    let gradient = dy;
    xs.forEach((x, other) => {
      if (other === index) return;
      emitCombination(e, "backward", "multiply", product, gradient, x);
      gradient = product;
    });
    if (!isWhole) emitSum(e, "backward", { shape, data: dx }, product, 1);
  });
}

/** The gradients of a maximum or a minimum y: what an input takes of `rest`, which is dy at first, no later one has. */
function emitWinners(
  e: Emitter,
  xs: readonly Value[],
  { shape, data: y }: Value,
  rest: Buffer,
  dxs: readonly (Buffer | undefined)[],
): void {
  xs.forEach((x, index) => {
    const dx = dxs[index];
    const isWhole = sizeOf(x.shape) === sizeOf(shape);
    const share = dx && isWhole ? { shape, data: dx } : e.value("share", shape);
    const [[H, W, C], own] = kernelAxes(shape, x.shape);
    const [xN, xH, xW, xC] = stridesOf(own);
    const operands = { dx: share.data, rest, x: x.data, y, N: "samples", H, W, C, xN, xH, xW, xC } as const;
    e.call("takeWhereEqual", "backward", operands);
    if (dx && !isWhole) emitSum(e, "backward", { shape: x.shape, data: dx }, share, 1);
  });
}

/** What a combination reads: a value, or a weight, which all samples share. */
interface Operand extends Value {
  readonly isShared?: boolean;
}

/** y = a ∘ b, each broadcast to the shape of y. */
export function emitCombination(
  e: Emitter,
  pass: Pass,
  op: Combination,
  y: Value,
  a: Value,
  b: Operand,
): void {
  const [[H, W, C], first, second] = kernelAxes(y.shape, a.shape, b.shape);
  const [aN, aH, aW, aC] = stridesOf(first);
  const [ownN, bH, bW, bC] = stridesOf(second);
  const bN = b.isShared ? 0 : ownN;
  const operands = { y: y.data, a: a.data, b: b.data, N: "samples" } as const;
  const strides = { aN, aH, aW, aC, bN, bH, bW, bC };
  e.call("combine", pass, { ...operands, H, W, C, ...strides, kind: combinations.indexOf(op) });
}

/** y = x · scale, of one shape. */
function emitScaled(e: Emitter, pass: Pass, y: Value, x: Buffer, scale: number): void {
  const count = sizeOf(y.shape);
  if (scale === 1) e.call("copy", pass, { y: y.data, x, N: "samples", bytes: 4 * count });
  else e.call("rescale", pass, { y: y.data, x, N: "samples", count, scale, offset: 0 });
}
