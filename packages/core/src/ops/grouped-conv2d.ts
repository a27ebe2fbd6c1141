import type { Buffer } from "../engine/program-builder.js";
import { type Conv2DGeometry, conv2dMacs, emitPadding } from "./conv2d-geometry.js";
import { DIRECT, emitBorder } from "./conv2d-input-gradient.js";
import { at, type Backward, type Emitter, type Value } from "./emitter.js";
import { emitReluAndBias, emitSumShards, shardGradient } from "./gradients.js";
import type { KernelAndBias, NodeOf, Op, WithParameters } from "./op.js";
import { wholeBlocks } from "./pack.js";

export interface GroupedConv2DNode extends NodeOf<"groupedConv2d">, KernelAndBias {
  readonly geometry: Conv2DGeometry;
  readonly groups: number;
  /** Negative outputs become 0. */
  readonly relu: boolean;
}

/**
 * A convolution in groups, with ReLU where `relu`: filters g·K/G … read only input channels g·C/G …. x [H, W, C],
 * kernel [R, S, C/G, K], bias [K] or none, y [P, Q, K]. Each group's channels are copied out, go through the direct
 * kernels, and are copied back; each shard sums its kernel gradient.
 */
function emitGroupedConv2D(
  e: Emitter,
  options: WithParameters<GroupedConv2DNode>,
  x: Value,
): [Value, Backward] {
  const { geometry, groups, kernel, bias, relu } = options;
  const { H, W, C, K, R, S, P, Q, strideH, strideW, dilationH, dilationW, top, left } = geometry;
  const { paddedH, paddedW } = geometry;
  const c = C / groups;
  const k = K / groups;
  const macs = P * Q * R * S * c * k;
  const padded = emitPadding(e, geometry, x);
  const y = e.value("output", [P, Q, K]);
  const xGroup = e.value("input of a group", [paddedH, paddedW, c]).data;
  const yGroup = e.value("output of a group", [P, Q, k]).data;
  const scratch = e.scratch();
  const sizes = { N: "samples", H: paddedH, W: paddedW, C: c, K: k, R, S, P, Q } as const;
  const steps = { strideH, strideW, dilationH, dilationW };
  const low = relu ? 0 : Number.NEGATIVE_INFINITY;
  const zeros = e.zeros(Math.max(k + 8, wholeBlocks(c)));
  for (let group = 0; group < groups; group++) {
    emitChannelsOut(e, "forward", group, { group: xGroup, of: padded.data, pixels: paddedH * paddedW, c, C });
    const layout = { w: at(kernel.data, 4 * group * k), wStepBytes: 4 * K, wBlockBytes: 32 };
    const operands = {
      y: yGroup,
      x: xGroup,
      bias: bias ? at(bias.data, 4 * group * k) : zeros,
      low,
      scratch,
    };
    const plain = { scale: 0, shift: 0, other: 0 };
    e.call("conv2dForward", "forward", { ...operands, ...plain, ...layout, ...sizes, ...steps }, macs);
    emitChannelsIn(e, "forward", group, { group: yGroup, of: y.data, pixels: P * Q, c: k, C: K });
  }

  const backward: Backward = (dy, dx) => {
    emitReluAndBias(e, { y: relu ? y.data : undefined, bias: bias?.gradient }, dy, { rows: P * Q, K });
    if (kernel.gradient) {
      const rows = R * S * c;
      const dw = shardGradient(e, "kernel gradient", rows * K);
      // Not the buffers of the forward pass: a buffer that only one phase uses is held once for each thread.
      const xGroup = e.value("input of a group", [paddedH, paddedW, c]).data;
      const dyGroup = e.value("gradient of a group", [P, Q, k]).data;
      const dwGroup = e.floats("kernel gradient of a group", "thread", rows * k);
      for (let group = 0; group < groups; group++) {
        const input = { group: xGroup, of: padded.data, pixels: paddedH * paddedW, c, C };
        emitChannelsOut(e, "backward", group, input);
        emitChannelsOut(e, "backward", group, { group: dyGroup, of: dy, pixels: P * Q, c: k, C: K });
        e.call("clear", "backward", { y: dwGroup, bytes: 4 * rows * k });
        const operands = { dw: dwGroup, x: xGroup, dy: dyGroup, scratch };
        e.call("conv2dKernelGradient", "backward", { ...operands, ...sizes, ...steps }, macs);
        const columns = { N: 1, rows, bytes: 4 * k, yStrideBytes: 4 * K, xStrideBytes: 4 * k };
        e.call("copyPieces", "backward", { y: at(dw, 4 * group * k), x: dwGroup, ...columns });
      }
      emitSumShards(e, kernel.gradient, dw, rows * K);
    }
    if (!dx) return;
    const bordered = emitBorder(e, geometry, dy, DIRECT);
    const { borderedH, borderedW, borderH, borderW } = bordered.sizes;
    const pixels = borderedH * borderedW;
    const dyGroup = e.value("bordered gradient of a group", [borderedH, borderedW, k]).data;
    const dxGroup = e.value("input gradient of a group", [H, W, c]).data;
    const image = { N: "samples", H, W, C: c, K: k, R, S, P: borderedH, Q: borderedW } as const;
    for (let group = 0; group < groups; group++) {
      const wt = emitGroupByPhases(e, options, group);
      emitChannelsOut(e, "backward", group, { group: dyGroup, of: bordered.data, pixels, c: k, C: K });
      const operands = { dx: dxGroup, dy: dyGroup, wt, scratch, zeros };
      const border = { top, left, borderH, borderW, rowsH: P, columnsW: Q };
      e.call("conv2dInputGradient", "backward", { ...operands, ...image, ...steps, ...border }, macs);
      emitChannelsIn(e, "backward", group, { group: dxGroup, of: dx, pixels: H * W, c, C });
    }
  };
  return [y, backward];
}

/** A group's part of the kernel as conv2dInputGradient reads it. */
function emitGroupByPhases(
  e: Emitter,
  options: Pick<WithParameters<GroupedConv2DNode>, "geometry" | "groups" | "kernel">,
  group: number,
): Buffer {
  const { geometry, groups, kernel } = options;
  const { C, K, R, S, strideH, strideW, dilationH, dilationW, top, left } = geometry;
  const [c, k] = [C / groups, K / groups];
  const rows = R * S * c;
  const w = e.floats("kernel of a group", "global", rows * k);
  const wt = e.floats("kernel of a group by phases", "global", R * S * k * wholeBlocks(c));
  const columns = { N: 1, rows, bytes: 4 * k, yStrideBytes: 4 * k, xStrideBytes: 4 * K };
  const steps = { strideH, strideW, dilationH, dilationW, top, left };
  e.prepareInOrder([
    ["copyPieces", { y: w, x: at(kernel.data, 4 * group * k), ...columns }],
    ["inputGradientKernel", { wt, w, C: c, K: k, R, S, ...steps, first: 0, last: wholeBlocks(c) }],
  ]);
  return wt;
}

/** Images of all `C` channels, and of a group's `c` of them. */
interface GroupOfChannels {
  readonly group: Buffer;
  readonly of: Buffer;
  readonly pixels: number;
  readonly c: number;
  readonly C: number;
}

function emitChannelsOut(e: Emitter, pass: "forward" | "backward", number: number, g: GroupOfChannels): void {
  const strides = { bytes: 4 * g.c, yStrideBytes: 4 * g.c, xStrideBytes: 4 * g.C };
  const from = at(g.of, 4 * number * g.c);
  e.call("copyPieces", pass, { y: g.group, x: from, N: "samples", rows: g.pixels, ...strides });
}

function emitChannelsIn(e: Emitter, pass: "forward" | "backward", number: number, g: GroupOfChannels): void {
  const strides = { bytes: 4 * g.c, yStrideBytes: 4 * g.C, xStrideBytes: 4 * g.c };
  const to = at(g.of, 4 * number * g.c);
  e.call("copyPieces", pass, { y: to, x: g.group, N: "samples", rows: g.pixels, ...strides });
}

export const groupedConv2d: Op<GroupedConv2DNode> = {
  emit: emitGroupedConv2D,
  weights: ["kernel", "bias"],
  macs: ({ geometry, groups }) => conv2dMacs(geometry) / groups,
};
