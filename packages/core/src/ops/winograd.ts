import type { Buffer, Operand } from "../engine/program-builder.js";
import type { Conv2DGeometry } from "./conv2d-geometry.js";
import type { Emitter } from "./emitter.js";
import { blockRanges, wholeBlocks } from "./pack.js";

// Winograd's F(4×4, 3×3): tiles of 4×4 outputs from patches of 6×6 inputs, transformed at 36 points.

/** Points of the transform. */
const POINTS = 36;
/** Floats between two points in addition to the values: a cache line. */
const GAP = 16;
/** Floats of scratch memory that the transforms take. */
const SCRATCH = 288;
/**
 * Tiles that are transformed at a time: they stay in the second-level cache. Where the kernel is larger than that cache, each
 * block reads it from further away, so blocks are longer.
 */
const BLOCK = 16;
const LONG_BLOCK = 32;
const LARGE_KERNEL = 128 * 128;
/** The kernel gradient sums over the tiles of a block, so a longer block pays. */
const GRADIENT_BLOCK = 32;
/** The most products of channels for which a thread holds the sums of a kernel gradient: 9 MB. */
const MAX_GRADIENT_CHANNELS = 256 * 256;

/**
 * True where Winograd's algorithm is faster than the direct kernel for a convolution with P × Q outputs: the
 * channels are numerous enough to pay for the transforms, and at least half of the tiles' outputs are needed.
 */
function suitsWinograd(g: Conv2DGeometry, P: number, Q: number): boolean {
  const is3x3 = g.R === 3 && g.S === 3;
  const isPlain = g.strideH === 1 && g.strideW === 1 && g.dilationH === 1 && g.dilationW === 1;
  const hasChannels = g.C >= 8 && g.K >= 8 && g.C * g.K >= 128;
  return is3x3 && isPlain && hasChannels && 2 * P * Q >= coveredByTiles(P) * coveredByTiles(Q);
}

/** Which passes of a convolution use Winograd's algorithm; depends only on its geometry. */
export function winogradPasses(g: Conv2DGeometry) {
  const forward = suitsWinograd(g, g.P, g.Q);
  return {
    forward,
    kernelGradient: forward && g.C * g.K <= MAX_GRADIENT_CHANNELS,
    inputGradient: suitsWinograd(g, g.H, g.W),
  };
}

/** `outputs` rounded up to whole tiles. */
export function coveredByTiles(outputs: number): number {
  return 4 * Math.ceil(outputs / 4);
}

/** Zeros below and to the right, so that whole tiles cover P × Q outputs. */
export function paddedForTiles(geometry: Conv2DGeometry, P = geometry.P, Q = geometry.Q): Conv2DGeometry {
  return {
    ...geometry,
    paddedH: Math.max(geometry.paddedH, coveredByTiles(P) + 2),
    paddedW: Math.max(geometry.paddedW, coveredByTiles(Q) + 2),
  };
}

/** A kernel [3, 3, C, K] in the transform's space, made once a step; flipped for the input gradient. */
export function emitWinogradKernel(
  e: Emitter,
  w: Buffer,
  { C, K, flipped = false }: { readonly C: number; readonly K: number; readonly flipped?: boolean },
): Buffer {
  const [inputs, outputs] = flipped ? [K, C] : [C, K];
  const name = flipped ? "transformed flipped kernel" : "transformed kernel";
  const u = e.floats(name, "global", POINTS * inputs * wholeBlocks(outputs));
  const scratch = e.scratch(SCRATCH);
  // A transformed float costs about four copied ones.
  for (const [first, last] of blockRanges(outputs, 4 * POINTS * inputs)) {
    e.prepare(flipped ? "winogradKernelFlipped" : "winogradKernel", { u, w, scratch, C, K, first, last });
  }
  return u;
}

/** Memory that a thread needs for tiles of C input and K output channels. */
export function winogradRoom(e: Emitter, C: number, K: number, block: number) {
  return {
    v: e.floats("transformed patches", "thread", POINTS * (block * C + GAP)),
    m: e.floats("transformed outputs", "thread", POINTS * (block * wholeBlocks(K) + GAP)),
    scratch: e.scratch(SCRATCH),
    block,
  };
}

/** A convolution of x [H, W, C], padded for whole tiles, to y [P, Q, K]. */
export function emitWinograd(
  e: Emitter,
  pass: "forward" | "backward",
  operands: {
    readonly y: Buffer;
    readonly x: Buffer;
    readonly u: Buffer;
    readonly bias: Operand;
    /** As in the kernel; nothing is scaled or added by default. */
    readonly scale?: Operand;
    readonly shift?: Operand;
    readonly other?: Operand;
    readonly low: number;
  },
  sizes: Record<"H" | "W" | "C" | "K" | "P" | "Q", number>,
  macs: number,
): void {
  const { C, K } = sizes;
  const room = winogradRoom(e, C, K, C * K < LARGE_KERNEL ? BLOCK : LONG_BLOCK);
  const plain = { scale: 0, shift: 0, other: 0 };
  e.call("conv2dWinograd", pass, { ...plain, ...operands, ...room, N: "samples", ...sizes }, macs);
}

/** Adds a shard's kernel gradient to `dw`, from x padded for whole tiles and dy in its border of zeros. */
export function emitWinogradKernelGradient(
  e: Emitter,
  operands: { readonly dw: Buffer; readonly x: Buffer; readonly dy: Buffer },
  sizes: Record<
    "H" | "W" | "C" | "K" | "P" | "Q" | "borderedH" | "borderedW" | "borderH" | "borderW",
    number
  >,
  macs: number,
): void {
  const { C, K } = sizes;
  const { v, m: d, scratch, block } = winogradRoom(e, C, K, GRADIENT_BLOCK);
  const sums = 4 * Math.ceil(C / 4) * wholeBlocks(K);
  const m = e.floats("transformed kernel gradient", "thread", POINTS * (sums + GAP));
  const room = { v, d, m, scratch, block };
  e.call("conv2dWinogradKernelGradient", "backward", { ...operands, ...room, N: "samples", ...sizes }, macs);
}
