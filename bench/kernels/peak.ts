// What one thread can do at most: the ceiling that kernels are measured against.
import { madd } from "../../packages/core/kernels/simd";

/** Sums of four lanes, as many as keep the units busy and fit x86-64's sixteen registers with what they need. */
export const SUMS: i32 = 12;
/** Rows of the table: few enough for the first-level cache, more than one so that no product can be kept. */
export const ROWS: i32 = 16;
/** f32 [ROWS, SUMS, 4], which the caller fills. */
export const table: usize = memory.data(16 * 12 * 16, 64);

/**
 * Σ of all lanes of sum[i] = Σ_s factor · table[s mod ROWS, i], i < SUMS, s < steps. The sums do not wait for each
 * other, nothing is stored, and all that is loaded lies in the first-level cache. Every product goes into the result.
 */
export function multiplyAdds(steps: i32, factor: f32): f32 {
  const f = f32x4.splat(factor);
  let s0 = f32x4.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  let s8 = s0;
  let s9 = s0;
  let s10 = s0;
  let s11 = s0;
  for (let step = 0; step < steps; step++) {
    const row = table + (step & (ROWS - 1)) * SUMS * 16;
    s0 = madd(s0, f, v128.load(row));
    s1 = madd(s1, f, v128.load(row, 16));
    s2 = madd(s2, f, v128.load(row, 32));
    s3 = madd(s3, f, v128.load(row, 48));
    s4 = madd(s4, f, v128.load(row, 64));
    s5 = madd(s5, f, v128.load(row, 80));
    s6 = madd(s6, f, v128.load(row, 96));
    s7 = madd(s7, f, v128.load(row, 112));
    s8 = madd(s8, f, v128.load(row, 128));
    s9 = madd(s9, f, v128.load(row, 144));
    s10 = madd(s10, f, v128.load(row, 160));
    s11 = madd(s11, f, v128.load(row, 176));
  }
  return (
    lanes(s0) +
    lanes(s1) +
    lanes(s2) +
    lanes(s3) +
    lanes(s4) +
    lanes(s5) +
    lanes(s6) +
    lanes(s7) +
    lanes(s8) +
    lanes(s9) +
    lanes(s10) +
    lanes(s11)
  );
}

function lanes(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)
  );
}
