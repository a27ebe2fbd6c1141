import { sizeOf } from "../base/shape.js";
import { type Backward, type Emitter, ranges, type Value } from "./emitter.js";
import type { KernelAndBias, NodeOf, Op, WithParameters } from "./op.js";
import { emitPackedKernel, emitPackedTranspose } from "./pack.js";

/** About how many multiply-adds one task of the kernel gradient takes, and how many rows at least. */
const TASK_MACS = 1 << 18;
const TASK_ROWS = 64;

/** The most outputs of a narrow layer: three vectors. */
const NARROW = 12;

/** True for ten classes and the like: a row of the kernel fits into registers, and inputs that are zero are skipped. */
function isNarrow(O: number): boolean {
  return O > 8 && O <= NARROW;
}

export interface DenseNode extends NodeOf<"dense">, KernelAndBias {
  /** Negative outputs become 0. */
  readonly relu: boolean;
}

/**
 * y = x · w + b, with ReLU where `relu`: x [I], kernel [I, O], bias [O] or none, y [O].
 * The kernel gradient is summed over the whole batch after the samples, one task for each range of rows, so that no
 * shard holds a copy of it.
 */
function emitDense(e: Emitter, options: WithParameters<DenseNode>, x: Value): [Value, Backward] {
  const { kernel, bias, relu } = options;
  const [I, O] = kernel.shape as readonly [number, number];
  const macs = I * O;
  const y = e.value("output", [O]);
  const scratch = e.scratch();
  const operands = {
    y: y.data,
    x: x.data,
    bias: bias?.data ?? e.zeros(O + 8),
    low: relu ? 0 : Number.NEGATIVE_INFINITY,
  };
  const sizes = { N: "samples", I, O } as const;
  if (isNarrow(O)) {
    e.call("narrowForward", "forward", { ...operands, w: kernel.data, ...sizes }, macs);
  } else {
    const layout = emitPackedKernel(e, kernel.data, { rows: I, columns: O, pixels: 1 });
    e.call("denseForward", "forward", { ...operands, ...layout, scratch, ...sizes }, macs);
  }

  const backward: Backward = (dy, dx) => {
    if (relu) e.call("reluBackward", "backward", { dx: dy, dy, y: y.data, N: "samples", count: O });
    if (dx) {
      const { w: wt } = emitPackedTranspose(e, kernel.data, I, O);
      e.call("denseInputGradient", "backward", { dx, dy, wt, scratch, ...sizes }, macs);
    }
    if (kernel.gradient) {
      const { batchSize } = e.program.options;
      const rows = Math.min(I, Math.max(TASK_ROWS, 4 * Math.floor(TASK_MACS / batchSize / O / 4)));
      const sum = { dw: kernel.gradient, x: x.data, dy, N: "batch", I, O } as const;
      if (isNarrow(O)) {
        const panel = e.floats("panel", "thread", rows * NARROW);
        for (const [first, last] of ranges(I, rows)) {
          e.reduce([["narrowKernelGradient", { ...sum, panel, first, last }, (last - first) * O]]);
        }
      } else {
        const panels = e.floats("panels", "thread", batchSize * (rows + 16));
        const room = { scratch, zeros: e.zeros(), panels };
        for (const [first, last] of ranges(I, rows)) {
          e.reduce([["denseKernelGradient", { ...sum, ...room, first, last }, (last - first) * O]]);
        }
      }
    }
    if (bias?.gradient) {
      e.reduce([
        ["clear", { y: bias.gradient, bytes: 4 * O }],
        ["biasGradient", { db: bias.gradient, dy, N: "batch", rows: 1, K: O }],
      ]);
    }
  };
  return [y, backward];
}

export const dense: Op<DenseNode> = {
  emit: emitDense,
  weights: ["kernel", "bias"],
  macs: ({ kernel }) => sizeOf(kernel.shape),
};
