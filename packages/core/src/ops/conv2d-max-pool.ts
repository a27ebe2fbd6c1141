import { type Conv2DGeometry, conv2dMacs, emitCropping, emitPadding } from "./conv2d-geometry.js";
import { type DropoutOptions, emitDropoutInPlace } from "./dropout.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { emitSumShards, emitSumShardsByChannel, shardGradient } from "./gradients.js";
import type { KernelAndBias, NodeOf, Op, WithParameters } from "./op.js";
import { emitWinogradKernel, paddedForTiles, winogradRoom } from "./winograd.js";

/** True where the fused kernel applies: stride 1, no dilation, and a 2×2 window with stride 2 that fits. */
export function fusesWithMaxPool(g: Conv2DGeometry): boolean {
  return g.strideH === 1 && g.strideW === 1 && g.dilationH === 1 && g.dilationW === 1 && g.P >= 2 && g.Q >= 2;
}

/** Tiles that are transformed at a time: the study's CNN needs 84 KB for them, which stay in the second-level cache. */
const WINOGRAD_BLOCK = 12;

/** Below eight input channels the transforms cost more than the multiplications that they save. */
function suitsWinograd({ R, S, C, K }: Conv2DGeometry): boolean {
  return R === 3 && S === 3 && C >= 8 && K >= 4;
}

export interface Conv2DMaxPoolNode extends NodeOf<"conv2dMaxPool">, KernelAndBias {
  readonly geometry: Conv2DGeometry;
  /** The dropout that follows, if there is one. */
  readonly dropout: DropoutOptions | undefined;
}

/**
 * Convolution, ReLU, 2×2 max-pooling with stride 2 (`valid`), and the dropout that follows, if any: x [H, W, C] →
 * y [⌊P/2⌋, ⌊Q/2⌋, K]. The backward pass visits only the units that pass a gradient.
 */
function emitConv2DMaxPool(
  e: Emitter,
  options: WithParameters<Conv2DMaxPoolNode>,
  x: Value,
): [Value, Backward] {
  const { kernel, bias, dropout } = options;
  const P = Math.floor(options.geometry.P / 2);
  const Q = Math.floor(options.geometry.Q / 2);
  const byWinograd = suitsWinograd(options.geometry);
  const geometry = byWinograd ? paddedForTiles(options.geometry, 2 * P, 2 * Q) : options.geometry;
  const { C, K, R, S, paddedH, paddedW } = geometry;
  const taps = R * S * C;
  const macs = conv2dMacs(geometry);
  const padded = emitPadding(e, geometry, x);
  const y = e.value("output", [P, Q, K]);
  const winner = e.program.buffer(`${e.owner} winners`, "sample", P * Q * K);
  const sizes = { N: "samples", H: paddedH, W: paddedW, C, K, R, S, P, Q } as const;
  const operands = { y: y.data, winner, x: padded.data, bias: bias?.data ?? e.zeros(K + 8) };
  if (byWinograd) {
    const u = emitWinogradKernel(e, kernel.data, { C, K });
    const room = winogradRoom(e, C, K, WINOGRAD_BLOCK);
    const { N, H: rows, W: columns } = sizes;
    e.call(
      "conv2dMaxPoolWinograd",
      "forward",
      { ...operands, ...room, u, N, H: rows, W: columns, C, K, P, Q },
      macs,
    );
  } else {
    e.call(
      "conv2dMaxPoolForward",
      "forward",
      { ...operands, w: kernel.data, scratch: e.scratch(), ...sizes },
      macs,
    );
  }
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
        lists: e.floats("lists of terms", "thread", 2 * P * (Q + 2) * K + 4 * P + 2 * K + 4),
        ...sizes,
        scale: dropped ? 1 / (1 - dropout.rate) : 1,
      },
      (dx ? 2 : 1) * P * Q * K * taps,
    );
    if (kernel.gradient) emitSumShardsByChannel(e, kernel.gradient, dwt, taps, K);
    if (bias?.gradient) emitSumShards(e, bias.gradient, db, K);
    if (dx && target && isPadded) {
      emitCropping(e, geometry, dx, target);
    }
  };
  return [y, backward];
}

export const conv2dMaxPool: Op<Conv2DMaxPoolNode> = {
  emit: emitConv2DMaxPool,
  weights: ["kernel", "bias"],
  macs: ({ geometry }) => conv2dMacs(geometry),
};
