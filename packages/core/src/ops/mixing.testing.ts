import type { Shape } from "../base/shape.js";

/** The input pixels from which each output pixel is mixed (−1 for none), and their shares. */
type Mixing = readonly (readonly { readonly pixel: number; readonly share: number }[])[];

/** Mixes one sample's pixels [H, W, C]; −1 reads `fill`. */
export function mix(mixing: Mixing, C: number, x: ArrayLike<number>, fill = 0): Float64Array {
  const y = new Float64Array(mixing.length * C);
  mixing.forEach((parts, output) => {
    for (const { pixel, share } of parts) {
      for (let c = 0; c < C; c++) y[output * C + c]! += share * (pixel < 0 ? fill : x[pixel * C + c]!);
    }
  });
  return y;
}

/** The gradient of `mix`. */
export function mixBackward(
  mixing: Mixing,
  [H, W, C]: Shape & readonly [number, number, number],
  dy: ArrayLike<number>,
): Float64Array {
  const dx = new Float64Array(H * W * C);
  mixing.forEach((parts, output) => {
    for (const { pixel, share } of parts) {
      for (let c = 0; c < C && pixel >= 0; c++) dx[pixel * C + c]! += share * dy[output * C + c]!;
    }
  });
  return dx;
}

/** Applies `of` to each of the `samples` samples in `values`, and concatenates the results. */
export function eachSample(
  values: Float32Array,
  samples: number,
  of: (one: Float32Array, sample: number) => ArrayLike<number>,
): number[] {
  const count = values.length / samples;
  return Array.from({ length: samples }, (_, sample) =>
    Array.from(of(values.subarray(sample * count, (sample + 1) * count), sample)),
  ).flat();
}
