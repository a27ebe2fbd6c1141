import type { Shape } from "../base/shape.js";
import type { Buffer } from "../engine/program-builder.js";
import type { Emitter, Value } from "./emitter.js";
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
  /** The layer in error messages. */
  readonly who: string;
  readonly filters: number;
  readonly kernelSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilationRate: readonly [number, number];
  readonly padding: Padding;
}

/** Checks a convolution of an input `[H, W, C]` and returns its sizes. */
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

/** The input surrounded by its padding: the input itself if there is none. */
export function emitPadding(e: Emitter, geometry: Conv2DGeometry, x: Value): Value {
  const { H, W, C, paddedH, paddedW, top, left } = geometry;
  if (paddedH === H && paddedW === W) return x;
  const padded = e.value("padded input", [paddedH, paddedW, C]);
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  e.call("padImage", "forward", { y: padded.data, x: x.data, ...sizes });
  return padded;
}

/** The gradient of emitPadding: the part inside the padding. */
export function emitCropping(e: Emitter, geometry: Conv2DGeometry, dx: Buffer, padded: Buffer): void {
  const { H, W, C, paddedH, paddedW, top, left } = geometry;
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  e.call("cropImage", "backward", { y: dx, x: padded, ...sizes });
}
