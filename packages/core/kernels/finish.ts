// What follows a convolution at once, where nobody needs the value in between: a batch normalization by known statistics,
// the sum with another value, a lower bound. It happens while the pixels are in the cache.
import { F32, madd } from "./simd";

/**
 * y = max(low, y · scale + shift + other), with the bits of the three steps one after the other: y other [pixels, K],
 * scale shift [K]. Where `scale` is 0, y stays as it is; where `other` is 0, nothing is added.
 */
export function finishPixels(
  y: usize, scale: usize, shift: usize, other: usize, pixels: usize, K: usize, low: f32,
): void {
  if (scale) {
    if (other) finishRows(y, scale, shift, other, pixels, K, low, true, true);
    else finishRows(y, scale, shift, other, pixels, K, low, true, false);
  } else if (other) {
    finishRows(y, scale, shift, other, pixels, K, low, false, true);
  }
}

// @ts-ignore: decorator
@inline
function finishRows(
  y: usize, scale: usize, shift: usize, other: usize, pixels: usize, K: usize, low: f32, scales: bool, adds: bool,
): void {
  const bytes = K * F32;
  const floor = f32x4.splat(low);
  const tail = f32x4.splat(tailOf(low));
  for (let pixel: usize = 0; pixel < pixels; pixel++, y += bytes, other += bytes) {
    let k: usize = 0;
    for (; k + 32 <= bytes; k += 32) {
      let a = v128.load(y + k);
      let b = v128.load(y + k, 16);
      if (scales) {
        a = madd(v128.load(shift + k), a, v128.load(scale + k));
        b = madd(v128.load(shift + k, 16), b, v128.load(scale + k, 16));
      }
      if (adds) {
        a = f32x4.add(a, v128.load(other + k));
        b = f32x4.add(b, v128.load(other + k, 16));
      }
      v128.store(y + k, bounded(a, floor, tail));
      v128.store(y + k, bounded(b, floor, tail), 16);
    }
    for (; k < bytes; k += F32) {
      let a = v128.load32_zero(y + k);
      if (scales) a = madd(v128.load32_zero(shift + k), a, v128.load32_zero(scale + k));
      if (adds) a = f32x4.add(a, v128.load32_zero(other + k));
      v128.store32_lane(y + k, bounded(a, floor, tail), 0);
    }
  }
}

/** What makes `bounded` the same as f32x4.max, which also turns −0 into 0 at a bound of 0, in two instructions for eight. */
// @ts-ignore: decorator
@inline
export function tailOf(low: f32): f32 {
  return low == 0 ? 0 : -0.0;
}

/** max(floor, value), for a floor of 0 or −∞ and its tail. */
// @ts-ignore: decorator
@inline
export function bounded(value: v128, floor: v128, tail: v128): v128 {
  return f32x4.add(f32x4.pmax(value, floor), tail);
}
