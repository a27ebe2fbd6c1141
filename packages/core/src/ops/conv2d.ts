import type { Buffer } from "../engine/program-builder.js";
import { type Conv2DGeometry, conv2dMacs, emitPadding } from "./conv2d-geometry.js";
import { emitBorder, emitInputGradient } from "./conv2d-input-gradient.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { emitReluAndBias, emitSumShards, shardGradient } from "./gradients.js";
import type { KernelAndBias, NodeOf, Op, WithParameters } from "./op.js";
import { emitPackedKernel } from "./pack.js";
import {
  emitWinograd,
  emitWinogradKernel,
  emitWinogradKernelGradient,
  paddedForTiles,
  winogradPasses,
} from "./winograd.js";

export interface Conv2DNode extends NodeOf<"conv2d">, KernelAndBias {
  readonly geometry: Conv2DGeometry;
  /** Negative outputs become 0. */
  readonly relu: boolean;
}

/** What is done to a convolution's value before the ReLU; there is no gradient then. */
interface ConvolutionFinish {
  /** [K]: what it is multiplied by, and what is added. */
  readonly factors?: { readonly scale: Buffer; readonly shift: Buffer } | undefined;
  /** [P, Q, K]: is added. */
  readonly other?: Value | undefined;
}

/**
 * y = w ⋆ x + b, with ReLU where `relu`: x [H, W, C], kernel [R, S, C, K], bias [K] or none, y [P, Q, K].
 * Uses Winograd's algorithm where it is faster, else the direct kernels; each shard sums its kernel gradient.
 */
export function emitConv2D(
  e: Emitter,
  options: WithParameters<Conv2DNode>,
  x: Value,
  finish: ConvolutionFinish = {},
): [Value, Backward] {
  const { kernel, bias, relu } = options;
  const passes = winogradPasses(options.geometry);
  const geometry = passes.forward ? paddedForTiles(options.geometry) : options.geometry;
  const { C, K, R, S, P, Q, strideH, strideW, dilationH, dilationW, paddedH, paddedW } = geometry;
  const macs = conv2dMacs(geometry);
  const padded = emitPadding(e, geometry, x);
  const y = e.value("output", [P, Q, K]);
  const sizes = { H: paddedH, W: paddedW, C, K, P, Q };
  const steps = { strideH, strideW, dilationH, dilationW };
  const operands = {
    y: y.data,
    x: padded.data,
    bias: bias?.data ?? e.zeros(K + 8),
    low: relu ? 0 : Number.NEGATIVE_INFINITY,
  };
  const finishing = {
    scale: finish.factors?.scale ?? 0,
    shift: finish.factors?.shift ?? 0,
    other: finish.other?.data ?? 0,
  };
  if (passes.forward) {
    const u = emitWinogradKernel(e, kernel.data, { C, K });
    emitWinograd(e, "forward", { ...operands, ...finishing, u }, sizes, macs);
  } else if (suitsOneChannel(geometry)) {
    e.call(
      "conv2dForwardOneChannel",
      "forward",
      {
        ...operands,
        w: kernel.data,
        scratch: e.scratch(),
        N: "samples",
        H: paddedH,
        W: paddedW,
        K,
        R,
        S,
        P,
        Q,
      },
      macs,
    );
  } else {
    const layout = emitPackedKernel(e, kernel.data, { rows: R * S * C, columns: K, pixels: P * Q });
    e.call(
      "conv2dForward",
      "forward",
      { ...operands, ...finishing, ...layout, scratch: e.scratch(), N: "samples", ...sizes, R, S, ...steps },
      macs,
    );
  }

  const backward: Backward = (dy, dx) => {
    emitReluAndBias(e, { y: relu ? y.data : undefined, bias: bias?.gradient }, dy, { rows: P * Q, K });
    const byWinograd = kernel.gradient && passes.kernelGradient;
    const bordered = dx || byWinograd ? emitBorder(e, options.geometry, dy) : undefined;
    if (kernel.gradient) {
      const count = R * S * C * K;
      const parts = shardGradient(e, "kernel gradient", count);
      const sum = { dw: parts, x: padded.data };
      if (bordered && byWinograd) {
        emitWinogradKernelGradient(e, { ...sum, dy: bordered.data }, { ...sizes, ...bordered.sizes }, macs);
      } else {
        e.call(
          "conv2dKernelGradient",
          "backward",
          { ...sum, dy, scratch: e.scratch(), N: "samples", ...sizes, R, S, ...steps },
          macs,
        );
      }
      emitSumShards(e, kernel.gradient, parts, count);
    }
    if (dx && bordered) emitInputGradient(e, options.geometry, { dx, dy: bordered, kernel: kernel.data });
  };
  return [y, backward];
}

/** True for the usual first convolution of grey images, which has a kernel of its own. */
function suitsOneChannel({ C, strideH, strideW, dilationH, dilationW }: Conv2DGeometry): boolean {
  return C === 1 && strideH === 1 && strideW === 1 && dilationH === 1 && dilationW === 1;
}

/** True where the kernel of a convolution can do to its value what follows. */
export function finishesItself(geometry: Conv2DGeometry): boolean {
  return winogradPasses(geometry).forward || !suitsOneChannel(geometry);
}

export const conv2d: Op<Conv2DNode> = {
  emit: (e, node, x) => emitConv2D(e, node, x),
  weights: ["kernel", "bias"],
  macs: ({ geometry }) => conv2dMacs(geometry),
};
