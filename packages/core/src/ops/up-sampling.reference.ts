import type { UpSamplingOptions } from "./up-sampling.js";

/** The plain twin: which element of x [N, H, W, C] each element of y is. */
export function upSamplingReference(
  shape: readonly [H: number, W: number, C: number],
  { size: [factorH, factorW] }: UpSamplingOptions,
  N: number,
): Int32Array {
  const [H, W, C] = shape;
  const width = W * factorW;
  return Int32Array.from({ length: N * H * factorH * width * C }, (_, i) => {
    const c = i % C;
    const column = Math.floor(i / C) % width;
    // Rows of all samples, one after the other.
    const row = Math.floor(i / C / width);
    return (Math.floor(row / factorH) * W + Math.floor(column / factorW)) * C + c;
  });
}
