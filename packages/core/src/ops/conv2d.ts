import { type Conv2DGeometry, conv2dMacs, emitPadding } from "./conv2d-geometry.js";
import { emitBorder, emitInputGradient } from "./conv2d-input-gradient.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { emitReluAndBias, emitSumShards, shardGradient } from "./gradients.js";
import { emitPackedKernel } from "./pack.js";
import {
  emitWinograd,
  emitWinogradKernel,
  emitWinogradKernelGradient,
  paddedForTiles,
  winogradPasses,
} from "./winograd.js";

/**
 * y = w ⋆ x + b, with ReLU where `relu`: x [H, W, C], kernel [R, S, C, K], bias [K] or none, y [P, Q, K].
 * By Winograd's algorithm where it is faster, else by the direct kernels; the kernel gradient is summed a shard.
 */
export function emitConv2D(
  e: Emitter,
  options: {
    readonly geometry: Conv2DGeometry;
    readonly kernel: Parameter;
    readonly bias: Parameter | undefined;
    readonly relu: boolean;
  },
  x: Value,
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
  if (passes.forward) {
    emitWinograd(e, "forward", { ...operands, u: emitWinogradKernel(e, kernel.data, { C, K }) }, sizes, macs);
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
      { ...operands, ...layout, scratch: e.scratch(), N: "samples", ...sizes, R, S, ...steps },
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

/** What the reference twins compute on: any array of numbers. */
type Numbers = ArrayLike<number>;

/**
 * The plain twin of the kernels, in f64: y [N, P, Q, K] from x [N, H, W, C], w [R, S, C, K] and b [K], with the
 * padding done on the fly.
 */
export function conv2dReference(
  g: Conv2DGeometry,
  N: number,
  x: Numbers,
  w: Numbers,
  b?: Numbers,
): Float64Array {
  const y = new Float64Array(N * g.P * g.Q * g.K);
  eachProduct(g, N, (xAt, wAt, yAt) => {
    y[yAt]! += x[xAt]! * w[wAt]!;
  });
  if (b) for (let i = 0; i < y.length; i++) y[i]! += b[i % g.K]!;
  return y;
}

/** The gradients of conv2dReference: dx = Σ dy · w, dw = Σ dy · x, db = Σ dy. */
export function conv2dBackwardReference(g: Conv2DGeometry, N: number, x: Numbers, w: Numbers, dy: Numbers) {
  const dx = new Float64Array(N * g.H * g.W * g.C);
  const dw = new Float64Array(g.R * g.S * g.C * g.K);
  const db = new Float64Array(g.K);
  eachProduct(g, N, (xAt, wAt, yAt) => {
    dx[xAt]! += dy[yAt]! * w[wAt]!;
    dw[wAt]! += dy[yAt]! * x[xAt]!;
  });
  for (let i = 0; i < dy.length; i++) db[i % g.K]! += dy[i]!;
  return { dx, dw, db };
}

/** Visits every product x · w of a convolution with the output that it goes to. */
function eachProduct(g: Conv2DGeometry, N: number, visit: (x: number, w: number, y: number) => void): void {
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < g.P; p++) {
      for (let q = 0; q < g.Q; q++) {
        for (let r = 0; r < g.R; r++) {
          for (let s = 0; s < g.S; s++) {
            const h = p * g.strideH + r * g.dilationH - g.top;
            const v = q * g.strideW + s * g.dilationW - g.left;
            if (h < 0 || h >= g.H || v < 0 || v >= g.W) continue;
            for (let c = 0; c < g.C; c++) {
              const xAt = ((n * g.H + h) * g.W + v) * g.C + c;
              for (let k = 0; k < g.K; k++) {
                visit(xAt, ((r * g.S + s) * g.C + c) * g.K + k, ((n * g.P + p) * g.Q + q) * g.K + k);
              }
            }
          }
        }
      }
    }
  }
}
