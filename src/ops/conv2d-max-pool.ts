import { type Conv2DGeometry, conv2dMacs, emitPadding } from "./conv2d.js";
import { type DropoutOptions, emitDropoutInPlace } from "./dropout.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";
import { emitSumShards, emitSumShardsByChannel, shardGradient } from "./gradients.js";

/** True where the fused kernel applies: stride 1, no dilation, and a 2×2 window with stride 2 that fits. */
export function fusesWithMaxPool(g: Conv2DGeometry): boolean {
  return g.strideH === 1 && g.strideW === 1 && g.dilationH === 1 && g.dilationW === 1 && g.P >= 2 && g.Q >= 2;
}

/**
 * Convolution, ReLU, 2×2 max-pooling with stride 2 (`valid`), and a dropout where one follows: x [H, W, C] →
 * y [⌊P/2⌋, ⌊Q/2⌋, K]. The backward pass visits only the units that pass a gradient.
 */
export function emitConv2DMaxPool(
  e: Emitter,
  options: {
    readonly geometry: Conv2DGeometry;
    readonly kernel: Parameter;
    readonly bias: Parameter | undefined;
    readonly dropout: DropoutOptions | undefined;
  },
  x: Value,
): [Value, Backward] {
  const { geometry, kernel, bias, dropout } = options;
  const { H, W, C, K, R, S, top, left, paddedH, paddedW } = geometry;
  const P = Math.floor(geometry.P / 2);
  const Q = Math.floor(geometry.Q / 2);
  const taps = R * S * C;
  const macs = conv2dMacs(geometry);
  const padded = emitPadding(e, geometry, x);
  const y = e.value("output", [P, Q, K]);
  const winner = e.program.buffer(`${e.owner} winners`, "sample", P * Q * K);
  const sizes = { N: "samples", H: paddedH, W: paddedW, C, K, R, S, P, Q } as const;
  e.call(
    "conv2dMaxPoolForward",
    "forward",
    {
      y: y.data,
      winner,
      x: padded.data,
      w: kernel.data,
      bias: bias?.data ?? e.zeros(K + 8),
      scratch: e.scratch(),
      ...sizes,
    },
    macs,
  );
  const dropped = dropout && e.options.training;
  if (dropped) emitDropoutInPlace(e, dropout, y);

  const backward: Backward = (dy, dx) => {
    const isPadded = padded !== x;
    const target = dx && isPadded ? e.value("padded input gradient", [paddedH, paddedW, C]).data : dx;
    const byChannel = e.floats("kernel by channel", "global", taps * K);
    e.prepare("kernelByChannel", { wt: byChannel, w: kernel.data, taps, K });
    const dwt = shardGradient(e, "kernel gradient", taps * K);
    const db = shardGradient(e, "bias gradient", K);
    e.call(
      "conv2dMaxPoolBackward",
      "backward",
      {
        dx: target ?? 0,
        dwt,
        db,
        dy,
        y: y.data,
        winner,
        x: padded.data,
        wt: byChannel,
        active: e.floats("active units", "thread", P * Q * K + 1),
        ...sizes,
        scale: dropped ? 1 / (1 - dropout.rate) : 1,
      },
      (dx ? 2 : 1) * P * Q * K * taps,
    );
    if (kernel.gradient) emitSumShardsByChannel(e, kernel.gradient, dwt, taps, K);
    if (bias?.gradient) emitSumShards(e, bias.gradient, db, K);
    if (dx && target && isPadded) {
      e.call("cropImage", "backward", {
        y: dx,
        x: target,
        N: "samples",
        H,
        W,
        C,
        paddedH,
        paddedW,
        top,
        left,
      });
    }
  };
  return [y, backward];
}
