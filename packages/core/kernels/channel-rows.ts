// Rows of channels, as batch normalization passes over them: a block of rows at a time, and in it some channels at a time.
import { F32 } from "./simd";
import { high, low } from "./wide-math";

/** Bytes of one f64. */
export const F64: usize = 8;

/** Rows processed channel by channel while they are in the first-level cache; their sums stay in f32. */
export function blockRows(C: usize): usize {
  return max<usize>(4, min<usize>(64, 4096 / C));
}

// Channels are computed eight, four or one at a time: eight in two vectors, which V8 merges in a wide build, one in every
// lane of a vector. The build writes out each stretch between `unroll $h = 0..1` and `end of unroll` for both vectors.

/** The first vector of some channels. */
// @ts-ignore: decorator
@inline
export function lanes0(from: usize, channels: i32): v128 {
  return channels >= 4 ? v128.load(from) : v128.load32_splat(from);
}

/** The second vector. */
// @ts-ignore: decorator
@inline
export function lanes1(from: usize, channels: i32): v128 {
  return channels == 8 ? v128.load(from, 16) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
export function put(to: usize, first: v128, second: v128, channels: i32): void {
  if (channels >= 4) v128.store(to, first);
  else store<f32>(to, f32x4.extract_lane(first, 0));
  if (channels == 8) v128.store(to, second, 16);
}

/** sums += values, in f64. Eight go through `scratch`: V8 starts to merge from two stores side by side. */
// @ts-ignore: decorator
@inline
export function addWide(sums: usize, first: v128, second: v128, scratch: usize, channels: i32): void {
  if (channels == 8) {
    v128.store(scratch, first);
    v128.store(scratch, second, 16);
    addFour(sums, v128.load(scratch));
    addFour(sums + 32, v128.load(scratch, 16));
  } else if (channels == 4) {
    addFour(sums, first);
  } else {
    store<f64>(sums, load<f64>(sums) + <f64>f32x4.extract_lane(first, 0));
  }
}

function addFour(sums: usize, values: v128): void {
  v128.store(sums, f64x2.add(v128.load(sums), low(values)));
  v128.store(sums, f64x2.add(v128.load(sums, 16), high(values)), 16);
}
