import { type Conv2DGeometry, emitPadding } from "./conv2d-geometry.js";
import { DIRECT, emitBorder } from "./conv2d-input-gradient.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { emitReluAndBias, emitSumShards, shardGradient } from "./gradients.js";
import type { KernelAndBias, NodeOf, Op, WithParameters } from "./op.js";

export interface DepthwiseConv2DNode extends NodeOf<"depthwiseConv2d">, KernelAndBias {
  readonly geometry: Conv2DGeometry;
  /** Negative outputs become 0. */
  readonly relu: boolean;
}

/**
 * Each channel by its own windows, with ReLU where `relu`: x [H, W, C], kernel [R, S, C, M] or [R, S, 1, C·M], bias
 * [C·M] or none, y [P, Q, C·M]; output channel c·M + m comes from input channel c. In the geometry, K is C·M. Each
 * shard sums its kernel gradient.
 */
function emitDepthwiseConv2D(
  e: Emitter,
  options: WithParameters<DepthwiseConv2DNode>,
  x: Value,
): [Value, Backward] {
  const { kernel, bias, relu } = options;
  const { H, W, C, K, R, S, P, Q, top, left } = options.geometry;
  const { strideH, strideW, dilationH, dilationW, paddedH, paddedW } = options.geometry;
  const macs = depthwiseMacs(options.geometry);
  const repeated = emitRepeated(e, options.geometry, x);
  // From here, an image has K channels.
  const geometry: Conv2DGeometry = { ...options.geometry, C: K };
  const padded = emitPadding(e, geometry, repeated);
  const y = e.value("output", [P, Q, K]);
  const scratch = e.scratch();
  const steps = { strideH, strideW, dilationH, dilationW };
  const sizes = { N: "samples", H: paddedH, W: paddedW, K, R, S, P, Q } as const;
  const zeros = e.zeros(K + 8);
  const operands = { y: y.data, x: padded.data, w: kernel.data, bias: bias?.data ?? zeros, scratch };
  const low = relu ? 0 : Number.NEGATIVE_INFINITY;
  e.call("depthwiseForward", "forward", { ...operands, ...sizes, ...steps, low }, macs);

  const backward: Backward = (dy, dx) => {
    emitReluAndBias(e, { y: relu ? y.data : undefined, bias: bias?.gradient }, dy, { rows: P * Q, K });
    if (kernel.gradient) {
      const count = R * S * K;
      const dw = shardGradient(e, "kernel gradient", count);
      const sum = { dw, x: padded.data, dy, scratch };
      e.call("depthwiseKernelGradient", "backward", { ...sum, ...sizes, ...steps }, macs);
      emitSumShards(e, kernel.gradient, dw, count);
    }
    if (!dx) return;
    const bordered = emitBorder(e, geometry, dy, DIRECT);
    const { borderedH, borderedW, borderH, borderW } = bordered.sizes;
    const repeatedGradient = C === K ? dx : e.value("repeated input gradient", [H, W, K]).data;
    const gathered = { dx: repeatedGradient, dy: bordered.data, w: kernel.data, zeros, scratch };
    const image = { N: "samples", H, W, K, R, S, P: borderedH, Q: borderedW } as const;
    const border = { top, left, borderH, borderW };
    e.call("depthwiseInputGradient", "backward", { ...gathered, ...image, ...steps, ...border }, macs);
    if (C === K) return;
    const channels = { N: "samples", count: H * W * C, times: K / C } as const;
    e.call("sumChannels", "backward", { dx, dy: repeatedGradient, ...channels });
  };
  return [y, backward];
}

/** Every input channel, repeated as often as it is read: the input itself if that is once. */
function emitRepeated(e: Emitter, { H, W, C, K }: Conv2DGeometry, x: Value): Value {
  if (C === K) return x;
  const repeated = e.value("repeated input", [H, W, K]);
  const sizes = { N: "samples", count: H * W * C, times: K / C } as const;
  e.call("repeatChannels", "forward", { y: repeated.data, x: x.data, ...sizes });
  return repeated;
}

/** Multiply-adds of one sample's forward pass. */
function depthwiseMacs({ P, Q, K, R, S }: Conv2DGeometry): number {
  return P * Q * K * R * S;
}

export const depthwiseConv2d: Op<DepthwiseConv2DNode> = {
  emit: emitDepthwiseConv2D,
  weights: ["kernel", "bias"],
  macs: ({ geometry }) => depthwiseMacs(geometry),
};
