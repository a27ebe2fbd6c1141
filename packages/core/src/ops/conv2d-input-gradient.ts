import type { Buffer } from "../engine/program-builder.js";
import { type Conv2DGeometry, conv2dMacs } from "./conv2d-geometry.js";
import type { Emitter } from "./emitter.js";
import { blockRanges, wholeBlocks } from "./pack.js";
import { coveredByTiles, emitWinograd, emitWinogradKernel, winogradPasses } from "./winograd.js";

/** dy [P, Q, K] with zeros around it, as the gradients of a convolution read it. */
interface BorderedGradient {
  readonly data: Buffer;
  /** Its rows and columns with the border, and those of zeros before dy. */
  readonly sizes: Record<"borderedH" | "borderedW" | "borderH" | "borderW", number>;
}

/** No pass uses Winograd's algorithm. */
export const DIRECT = { inputGradient: false, kernelGradient: false };

/** Surrounds dy with zeros as far as any tap of the first and the last pixel of the input reaches; dy itself if none does. */
export function emitBorder(
  e: Emitter,
  geometry: Conv2DGeometry,
  dy: Buffer,
  passes: typeof DIRECT = winogradPasses(geometry),
): BorderedGradient {
  const { H, W, K, P, Q, R, S, strideH, strideW, dilationH, dilationW, top, left } = geometry;
  const axis = (input: number, output: number, reach: number, before: number, stride: number) => {
    const border = Math.max(0, Math.floor((reach - before) / stride));
    const last = Math.floor((input - 1 + before) / stride);
    const tiles = Math.max(
      passes.inputGradient ? coveredByTiles(input) + 2 : 0,
      passes.kernelGradient ? border + coveredByTiles(output) : 0,
    );
    return [border, Math.max(border + output, border + last + 1, tiles)] as const;
  };
  const [borderH, borderedH] = axis(H, P, (R - 1) * dilationH, top, strideH);
  const [borderW, borderedW] = axis(W, Q, (S - 1) * dilationW, left, strideW);
  const sizes = { borderedH, borderedW, borderH, borderW };
  if (borderedH === P && borderedW === Q) return { data: dy, sizes };
  const { data } = e.value("bordered gradient", [borderedH, borderedW, K]);
  const image = { N: "samples", H: P, W: Q, C: K, paddedH: borderedH, paddedW: borderedW } as const;
  e.call("padImage", "backward", { y: data, x: dy, ...image, top: borderH, left: borderW });
  return { data, sizes };
}

/**
 * dx [H, W, C] from dy and the kernel [R, S, C, K]: a convolution again, of dy with the flipped kernel; with a stride,
 * one for each phase of the input's pixels.
 */
export function emitInputGradient(
  e: Emitter,
  geometry: Conv2DGeometry,
  { dx, dy, kernel }: { readonly dx: Buffer; readonly dy: BorderedGradient; readonly kernel: Buffer },
): void {
  const { H, W, C, K, R, S, strideH, strideW, dilationH, dilationW, top, left } = geometry;
  const { borderedH, borderedW, borderH, borderW } = dy.sizes;
  const macs = conv2dMacs(geometry);
  const zeros = e.zeros(wholeBlocks(C));
  if (winogradPasses(geometry).inputGradient) {
    const u = emitWinogradKernel(e, kernel, { C, K, flipped: true });
    const sizes = { H: borderedH, W: borderedW, C: K, K: C, P: H, Q: W };
    const low = Number.NEGATIVE_INFINITY;
    emitWinograd(e, "backward", { y: dx, x: dy.data, u, bias: zeros, low }, sizes, macs);
    return;
  }
  const steps = { strideH, strideW, dilationH, dilationW, top, left };
  const wt = e.floats("kernel by phases", "global", R * S * K * wholeBlocks(C));
  for (const [first, last] of blockRanges(C, R * S * K)) {
    e.prepare("inputGradientKernel", { wt, w: kernel, C, K, R, S, ...steps, first, last });
  }
  const sizes = { N: "samples", H, W, C, K, R, S, P: borderedH, Q: borderedW } as const;
  e.call(
    "conv2dInputGradient",
    "backward",
    {
      dx,
      dy: dy.data,
      wt,
      scratch: e.scratch(),
      zeros,
      ...sizes,
      ...steps,
      borderH,
      borderW,
      rowsH: geometry.P,
      columnsW: geometry.Q,
    },
    macs,
  );
}
