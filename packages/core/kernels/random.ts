// Philox4x32-7 of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011), the generator of
// packages/core/src/base/random.ts: a draw is a pure function of key and counter, so it does not depend on the thread.
import { cosTurns, logF32, sinTurns } from "./math";
import { F32 } from "./simd";

const MULTIPLIER_0: u32 = 0xd2511f53;
const MULTIPLIER_1: u32 = 0xcd9e8d57;
const WEYL_0: u32 = 0x9e3779b9;
const WEYL_1: u32 = 0xbb67ae85;
const ROUNDS: i32 = 7;
/** 2^-32: from a word to [0, 1). */
const WORD: f64 = 1.0 / 4294967296;

/** The upper halves of the four 64-bit products a·m. */
// @ts-ignore: decorator
@inline
function multiplyHigh(a: v128, m: v128): v128 {
  const low = i64x2.extmul_low_i32x4_u(a, m);
  const high = i64x2.extmul_high_i32x4_u(a, m);
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

/**
 * y[n,i] = x[n,i] · scale where a 16-bit draw is at least `threshold`, else 0: x y [N, count]; y may be x.
 *
 * The draws depend on (seed, layer, step, sample, element) alone: the counter is (block, sample, step, layer),
 * and thirty-two elements take the sixteen-bit halves of four consecutive blocks, word by word. Applied to dy,
 * this is the gradient.
 */
export function dropout(
  y: usize, x: usize, N: usize, count: usize, threshold: u32, scale: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const m0 = i32x4.splat(MULTIPLIER_0);
  const m1 = i32x4.splat(MULTIPLIER_1);
  const limit = i16x8.splat(<i16>threshold);
  const factor = f32x4.splat(scale);
  for (let n: usize = 0; n < N; n++) {
    for (let i: usize = 0; i < count; i += 32) {
      const block = <i32>(i >> 3);
      let c0 = i32x4.add(i32x4.splat(block), i32x4(0, 1, 2, 3));
      let c1 = i32x4.splat(firstSample + <u32>n);
      let c2 = i32x4.splat(step);
      let c3 = i32x4.splat(layer);
      let k0 = seedLow;
      let k1 = seedHigh;
      for (let round = 0; round < ROUNDS; round++) {
        const next0 = v128.xor(v128.xor(multiplyHigh(c2, m1), c1), i32x4.splat(k0));
        const next2 = v128.xor(v128.xor(multiplyHigh(c0, m0), c3), i32x4.splat(k1));
        c1 = i32x4.mul(c2, m1);
        c3 = i32x4.mul(c0, m0);
        c0 = next0;
        c2 = next2;
        k0 += WEYL_0;
        k1 += WEYL_1;
      }
      const at = (n * count + i) * F32;
      if (i + 32 <= count) {
        keep(y + at, x + at, c0, limit, factor);
        keep(y + at + 32, x + at + 32, c1, limit, factor);
        keep(y + at + 64, x + at + 64, c2, limit, factor);
        keep(y + at + 96, x + at + 96, c3, limit, factor);
      } else {
        v128.store(scratch, c0);
        v128.store(scratch, c1, 16);
        v128.store(scratch, c2, 32);
        v128.store(scratch, c3, 48);
        for (let j: usize = 0; i + j < count; j++) {
          const kept = <u32>load<u16>(scratch + (j << 1)) >= threshold;
          store<f32>(y + at + j * F32, kept ? load<f32>(x + at + j * F32) * scale : 0);
        }
      }
    }
  }
}

/** Eight elements: y = x · factor where the draw's unsigned 16-bit lane is at least the limit's, else 0. */
// @ts-ignore: decorator
@inline
function keep(y: usize, x: usize, draws: v128, limit: v128, factor: v128): void {
  const kept = i16x8.ge_u(draws, limit);
  const a = v128.and(f32x4.mul(v128.load(x), factor), i32x4.extend_low_i16x8_s(kept));
  const b = v128.and(f32x4.mul(v128.load(x, 16), factor), i32x4.extend_high_i16x8_s(kept));
  v128.store(y, a);
  v128.store(y, b, 16);
}

/** One block: four words at `out`, the same that `dropout` draws four blocks at a time. */
export function philoxBlock(out: usize, c0: u32, c1: u32, c2: u32, c3: u32, k0: u32, k1: u32): void {
  for (let round = 0; round < ROUNDS; round++) {
    const product0 = <u64>c0 * MULTIPLIER_0;
    const product1 = <u64>c2 * MULTIPLIER_1;
    c0 = <u32>(product1 >> 32) ^ c1 ^ k0;
    c1 = <u32>product1;
    c2 = <u32>(product0 >> 32) ^ c3 ^ k1;
    c3 = <u32>product0;
    k0 += WEYL_0;
    k1 += WEYL_1;
  }
  store<u32>(out, c0);
  store<u32>(out, c1, 4);
  store<u32>(out, c2, 8);
  store<u32>(out, c3, 12);
}

/** low … high, as far along as the word at `at` is in 0 … 2^32. */
// @ts-ignore: decorator
@inline
export function uniformAt(at: usize, low: f64, high: f64): f64 {
  return low + (high - low) * (<f64>load<u32>(at) * WORD);
}

/** Turns the four words at `at` into four standard normal f32 (Box and Muller, 1958). */
export function normalBlock(at: usize): void {
  for (let pair = 0; pair < 2; pair++, at += 8) {
    // Above 0, so that its logarithm is finite.
    const radius = sqrt<f64>(-2 * <f64>logF32(<f32>((<f64>load<u32>(at) + 1) * WORD)));
    const turns = <f64>load<u32>(at, 4) * WORD;
    store<f32>(at, <f32>(radius * cosTurns(turns)));
    store<f32>(at, <f32>(radius * sinTurns(turns)), 4);
  }
}
