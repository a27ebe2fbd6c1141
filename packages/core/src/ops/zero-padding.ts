import type { Backward, Emitter, Value } from "./emitter.js";
import { imageShape } from "./window.js";

export interface ZeroPaddingOptions {
  /** Rows of zeros above and below, columns to the left and right. */
  readonly padding: readonly [readonly [top: number, bottom: number], readonly [left: number, right: number]];
}

/** y = x with zeros around: x [H, W, C] → y [top + H + bottom, left + W + right, C]. Backward: the middle of dy. */
export function emitZeroPadding(e: Emitter, options: ZeroPaddingOptions, x: Value): [Value, Backward] {
  const [H, W, C] = imageShape(e.owner, x.shape);
  const [[top, bottom], [left, right]] = options.padding;
  const paddedH = top + H + bottom;
  const paddedW = left + W + right;
  const sizes = { N: "samples", H, W, C, paddedH, paddedW, top, left } as const;
  const y = e.value("output", [paddedH, paddedW, C]);
  e.call("padImage", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("cropImage", "backward", { y: dx, x: dy, ...sizes });
    },
  ];
}

/** The plain twin: which element of x [N, H, W, C] each element of y is; −1 for a zero. */
export function zeroPaddingReference(
  shape: readonly [H: number, W: number, C: number],
  { padding: [[top, bottom], [left, right]] }: ZeroPaddingOptions,
  N: number,
): Int32Array {
  const [H, W, C] = shape;
  const paddedH = top + H + bottom;
  const paddedW = left + W + right;
  return Int32Array.from({ length: N * paddedH * paddedW * C }, (_, i) => {
    const c = i % C;
    const w = (Math.floor(i / C) % paddedW) - left;
    const h = (Math.floor(i / C / paddedW) % paddedH) - top;
    const n = Math.floor(i / C / paddedW / paddedH);
    return h < 0 || h >= H || w < 0 || w >= W ? -1 : ((n * H + h) * W + w) * C + c;
  });
}
