import type { Shape } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { emitBiasGradient, emitSumShards, shardGradient } from "./gradients.js";
import { imageShape, type Padding, windowAxis } from "./window.js";

/**
 * A convolution's sizes. Letters: H W input rows and columns; C input channels; K output channels (filters);
 * R S kernel rows and columns; P Q output rows and columns.
 */
export interface Conv2DGeometry {
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly K: number;
  readonly R: number;
  readonly S: number;
  readonly P: number;
  readonly Q: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly top: number;
  readonly left: number;
  /** H and W with the padding. */
  readonly paddedH: number;
  readonly paddedW: number;
}

export interface Conv2DOptions {
  /** Who asks, for messages. */
  readonly who: string;
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
}

/** Checks a convolution of an input `[H, W, C]` and gives its sizes. */
export function conv2dGeometry(input: Shape, options: Conv2DOptions): Conv2DGeometry {
  const { who, filters: K, kernelSize, strides, dilationRate, padding } = options;
  const [H, W, C] = imageShape(who, input);
  const [R, S] = kernelSize;
  const [strideH, strideW] = strides;
  const [dilationH, dilationW] = dilationRate;
  const rows = windowAxis({
    who,
    axis: "height",
    input: H,
    window: R,
    stride: strideH,
    dilation: dilationH,
    padding,
  });
  const columns = windowAxis({
    who,
    axis: "width",
    input: W,
    window: S,
    stride: strideW,
    dilation: dilationW,
    padding,
  });
  return {
    H,
    W,
    C,
    K,
    R,
    S,
    P: rows.output,
    Q: columns.output,
    strideH,
    strideW,
    dilationH,
    dilationW,
    top: rows.before,
    left: columns.before,
    paddedH: H + rows.before + rows.after,
    paddedW: W + columns.before + columns.after,
  };
}

/** Multiply-adds of one sample's forward pass. */
export function conv2dMacs({ P, Q, K, R, S, C }: Conv2DGeometry): number {
  return P * Q * K * R * S * C;
}

/** The input with its padding around it: itself where there is none. */
export function emitPadding(e: Emitter, geometry: Conv2DGeometry, x: Value): Value {
  const { H, W, C, paddedH, paddedW, top, left } = geometry;
  if (paddedH === H && paddedW === W) return x;
  const padded = e.value("padded input", [paddedH, paddedW, C]);
  e.call("padImage", "forward", {
    y: padded.data,
    x: x.data,
    N: "samples",
    H,
    W,
    C,
    paddedH,
    paddedW,
    top,
    left,
  });
  return padded;
}

/** The gradient of emitPadding: what lies within the padding. */
export function emitCropping(e: Emitter, geometry: Conv2DGeometry, dx: Buffer, padded: Buffer): void {
  const { H, W, C, paddedH, paddedW, top, left } = geometry;
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  e.call("cropImage", "backward", { y: dx, x: padded, ...sizes });
}

/**
 * y = w ⋆ x + b, with ReLU where `relu`: x [H, W, C], kernel [R, S, C, K], bias [K] or none, y [P, Q, K].
 * The backward pass gives the input gradient as a convolution of dy with the flipped kernel where the stride is
 * 1, by scattering otherwise; the kernel gradient is summed a shard.
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
  const { geometry, kernel, bias, relu } = options;
  const { C, K, R, S, P, Q, strideH, strideW, dilationH, dilationW } = geometry;
  const { paddedH, paddedW } = geometry;
  const macs = conv2dMacs(geometry);
  const padded = emitPadding(e, geometry, x);
  const y = e.value("output", [P, Q, K]);
  const sizes = { N: "samples", H: paddedH, W: paddedW, C, K, R, S, P, Q } as const;
  const steps = { strideH, strideW, dilationH, dilationW };
  e.call(
    "conv2dForward",
    "forward",
    {
      y: y.data,
      x: padded.data,
      w: kernel.data,
      bias: bias?.data ?? e.zeros(K + 8),
      scratch: e.scratch(),
      ...sizes,
      ...steps,
      low: relu ? 0 : Number.NEGATIVE_INFINITY,
    },
    macs,
  );

  const backward: Backward = (dy, dx) => {
    if (relu) e.call("reluBackward", "backward", { dx: dy, dy, y: y.data, N: "samples", count: P * Q * K });
    if (kernel.gradient) {
      const count = R * S * C * K;
      const parts = shardGradient(e, "kernel gradient", count);
      e.call(
        "conv2dKernelGradient",
        "backward",
        { dw: parts, x: padded.data, dy, scratch: e.scratch(), ...sizes, ...steps },
        macs,
      );
      emitSumShards(e, kernel.gradient, parts, count);
    }
    if (bias?.gradient) emitBiasGradient(e, bias.gradient, dy, P * Q, K);
    if (!dx) return;

    const isPadded = padded !== x;
    const target = isPadded ? e.value("padded input gradient", [paddedH, paddedW, C]).data : dx;
    if (strideH === 1 && strideW === 1) {
      // A full convolution: dy with a border of kernel size − 1 (times the dilation), and the kernel turned round.
      const borderH = (R - 1) * dilationH;
      const borderW = (S - 1) * dilationW;
      const bordered = e.value("bordered gradient", [P + 2 * borderH, Q + 2 * borderW, K]);
      const flipped = e.floats("flipped kernel", "global", R * S * K * C);
      e.prepare("flipKernel", { wt: flipped, w: kernel.data, R, S, C, K });
      e.call("padImage", "backward", {
        y: bordered.data,
        x: dy,
        N: "samples",
        H: P,
        W: Q,
        C: K,
        paddedH: P + 2 * borderH,
        paddedW: Q + 2 * borderW,
        top: borderH,
        left: borderW,
      });
      e.call(
        "conv2dForward",
        "backward",
        {
          y: target,
          x: bordered.data,
          w: flipped,
          bias: e.zeros(C + 8),
          scratch: e.scratch(),
          N: "samples",
          H: P + 2 * borderH,
          W: Q + 2 * borderW,
          C: K,
          K: C,
          R,
          S,
          P: paddedH,
          Q: paddedW,
          ...steps,
          low: Number.NEGATIVE_INFINITY,
        },
        macs,
      );
    } else {
      const byChannel = e.floats("kernel by channel", "global", R * S * K * C);
      e.prepare("kernelByChannel", { wt: byChannel, w: kernel.data, taps: R * S * C, K });
      e.call("conv2dInputGradient", "backward", { dx: target, dy, wt: byChannel, ...sizes, ...steps }, macs);
    }
    if (isPadded) {
      emitCropping(e, geometry, dx, target);
    }
  };
  return [y, backward];
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
