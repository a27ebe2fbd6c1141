// Small building blocks that every kernel shares.
//
// Letters, here and in all kernels: N samples; H W input rows and columns; C input channels; K output
// channels; R S kernel rows and columns; P Q output rows and columns. Arrays are row-major f32 unless said
// otherwise; a parameter in bytes ends in `Bytes`, every other size counts elements.

/** Bytes of one f32. */
export const F32: usize = 4;

/** acc + a·b: fused, with one rounding, in the `fma` build; a multiply, then an add, in the `strict` one. */
// @ts-ignore: decorator
@inline
export function madd(acc: v128, a: v128, b: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, acc);
  return f32x4.add(acc, f32x4.mul(a, b));
}

/**
 * The larger of the two in each lane; NaN if either is NaN. Three instructions on x86-64, where f32x4.max, which
 * also makes NaNs alike and +0 the larger zero, is eight.
 */
// @ts-ignore: decorator
@inline
export function larger(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmax(a, b), f32x4.pmax(b, a));
}

/**
 * x, or 0 in lanes whose size is below 2⁻¹²⁶, the smallest float of full precision: processors are slow on smaller ones. NaN stays.
 */
// @ts-ignore: decorator
@inline
export function flushed(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(f32.MIN_NORMAL_VALUE)));
}

/** Up to this many floats, a loop copies faster than `memory.copy`, which leaves WebAssembly for the C library. */
const SHORT: usize = 128;

/** to[0..count] = from[0..count]: floats that do not overlap. */
// @ts-ignore: decorator
@inline
export function copyFloats(to: usize, from: usize, count: usize): void {
  if (count > SHORT) {
    memory.copy(to, from, count * F32);
    return;
  }
  const end = to + count * F32;
  for (; to + 16 <= end; to += 16, from += 16) v128.store(to, v128.load(from));
  for (; to < end; to += F32, from += F32) store<f32>(to, load<f32>(from));
}
