import type { ZeroPaddingOptions } from "./zero-padding.js";

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
