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

