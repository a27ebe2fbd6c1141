// Dropout of whole channels.
import { dropout } from "./random";
import { F32 } from "./simd";

/**
 * y[n,i,c] = x[n,i,c] · scale where channel c of the sample is kept, else 0: x y [N, pixels, C]; y may be x.
 *
 * A channel's draw is that of `dropout` for an element of its number. `factors` has room for C floats. Applied to
 * dy, this is the gradient.
 */
export function spatialDropout(
  y: usize, x: usize, N: usize, pixels: usize, C: usize, threshold: u32, scale: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, factors: usize, scratch: usize,
): void {
  const zero = f32x4.splat(0);
  for (let n: usize = 0; n < N; n++) {
    for (let c: usize = 0; c < C; c++) store<f32>(factors + c * F32, 1);
    const sample = firstSample + <u32>n;
    dropout(factors, factors, 1, C, threshold, scale, seedLow, seedHigh, layer, step, sample, scratch);
    for (let i: usize = 0; i < pixels; i++) {
      const end = y + C * F32;
      let factor = factors;
      for (; y + 16 <= end; y += 16, x += 16, factor += 16) {
        const kept = v128.load(factor);
        v128.store(y, v128.and(f32x4.mul(v128.load(x), kept), f32x4.gt(kept, zero)));
      }
      for (; y < end; y += F32, x += F32, factor += F32) {
        const kept = load<f32>(factor);
        store<f32>(y, kept > 0 ? load<f32>(x) * kept : 0);
      }
    }
  }
}
