// Gradients clipped before an update, and the norms that clipping needs.
import { F32 } from "./simd";

/** out = Σ g[i]²: one f64. */
export function sumSquares(out: usize, g: usize, count: usize): void {
  store<f64>(out, squares(g, count));
}

/** g scaled to the norm `limit` if its norm is larger: g [count], the gradient of one weight. */
export function clipNorm(g: usize, count: usize, limit: f32): void {
  scaleToNorm(g, count, sqrt(squares(g, count)), limit);
}

/**
 * g scaled by the factor that brings the norm of all gradients to `limit`, if that norm is larger: g [count], a part of
 * the gradients; `sums` [parts] f64, which add up to the square of the norm. If it is not finite, g becomes NaN, as in
 * Keras.
 */
export function clipGlobalNorm(g: usize, count: usize, sums: usize, parts: usize, limit: f32): void {
  let sum: f64 = 0;
  for (let part: usize = 0; part < parts; part++) sum += load<f64>(sums + part * 8);
  scaleToNorm(g, count, isFinite(sum) ? sqrt(sum) : NaN, limit);
}

/** g[i] clipped to ±limit; g [count], count a multiple of 4. */
export function clipValue(g: usize, count: usize, limit: f32): void {
  const high = f32x4.splat(limit);
  const low = f32x4.splat(-limit);
  const bytes = count * F32;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(g + i, f32x4.max(f32x4.min(v128.load(g + i), high), low));
  }
}

function scaleToNorm(g: usize, count: usize, norm: f64, limit: f32): void {
  if (norm <= <f64>limit) return;
  const scale = <f32>(<f64>limit / norm);
  for (let i: usize = 0; i < count; i++) store<f32>(g + i * F32, load<f32>(g + i * F32) * scale);
}

function squares(g: usize, count: usize): f64 {
  let sums = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 2 <= count; i += 2) {
    const pair = f64x2.promote_low_f32x4(v128.load64_zero(g + i * F32));
    sums = f64x2.add(sums, f64x2.mul(pair, pair));
  }
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  if (i < count) {
    const last = <f64>load<f32>(g + i * F32);
    sum += last * last;
  }
  return sum;
}
