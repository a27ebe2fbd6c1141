// Dense layers of nine to twelve outputs, such as ten classes. A row of their kernel fits three registers, so inputs need
// not share its loads, and inputs that ReLU, pooling or dropout made zero are skipped: they would add zeros.
import { copyRows } from "./grid";
import { F32, madd } from "./simd";

/** Floats of a row of sums. */
const ROW: usize = 12;

/**
 * denseForward for 9 ≤ O ≤ 12: same sums in the same order, without the terms of inputs that are zero.
 *
 * x [N, I], w [I, O], bias [O], y [N, O]. bias and w are read up to 12 bytes past their end.
 */
export function narrowForward(
  y: usize, x: usize, w: usize, bias: usize,
  N: usize, I: usize, O: usize,
  low: f32,
): void {
  const wBytes = O * F32;
  const floor = f32x4.splat(low);
  for (let n: usize = 0; n < N; n++, x += I * F32, y += wBytes) {
    let a = v128.load(bias);
    let b = v128.load(bias, 16);
    let c = v128.load(bias, 32);
    for (let i: usize = 0; i < I; i += 32) {
      const pixels = x + i * F32;
      const weights = w + i * wBytes;
      for (let active = nonZeros(pixels, I - i); active != 0; active &= active - 1) {
        const unit = <usize>ctz(active);
        const s = v128.load32_splat(pixels + unit * F32);
        const row = weights + unit * wBytes;
        a = madd(a, s, v128.load(row));
        b = madd(b, s, v128.load(row, 16));
        c = madd(c, s, v128.load(row, 32));
      }
    }
    c = f32x4.pmax(c, floor);
    v128.store(y, f32x4.pmax(a, floor));
    v128.store(y, f32x4.pmax(b, floor), 16);
    v128.store32_lane(y, c, 0, 32);
    if (O > 9) v128.store32_lane(y, c, 1, 36);
    if (O > 10) v128.store32_lane(y, c, 2, 40);
    if (O > 11) v128.store32_lane(y, c, 3, 44);
  }
}

/**
 * denseKernelGradient for 9 ≤ O ≤ 12: same sums in the same order, without the terms of inputs that are zero.
 *
 * x [N, I], dy [N, O], dw [I, O]; `panel` holds 12·(last − first) floats. dy is read up to 12 bytes past its end.
 */
export function narrowKernelGradient(
  dw: usize, x: usize, dy: usize, panel: usize,
  N: usize, I: usize, O: usize, first: usize, last: usize,
): void {
  const rows = last - first;
  const dwBytes = O * F32;
  memory.fill(panel, 0, rows * ROW * F32);
  for (let n: usize = 0; n < N; n++, dy += dwBytes) {
    const a = v128.load(dy);
    const b = v128.load(dy, 16);
    // Past the last output this reads the next sample, into sums that are never read.
    const c = v128.load(dy, 32);
    const units = x + (n * I + first) * F32;
    for (let i: usize = 0; i < rows; i += 32) {
      const pixels = units + i * F32;
      const sums = panel + i * ROW * F32;
      for (let active = nonZeros(pixels, rows - i); active != 0; active &= active - 1) {
        const unit = <usize>ctz(active);
        const s = v128.load32_splat(pixels + unit * F32);
        const sum = sums + unit * ROW * F32;
        const sumA = madd(v128.load(sum), s, a);
        const sumB = madd(v128.load(sum, 16), s, b);
        const sumC = madd(v128.load(sum, 32), s, c);
        v128.store(sum, sumA);
        v128.store(sum, sumB, 16);
        v128.store(sum, sumC, 32);
      }
    }
  }
  copyRows(dw + first * dwBytes, dwBytes, panel, ROW * F32, rows, O);
}

/** A bit for each of the first `count` of 32 floats, 1 where it is not zero. Reads up to 12 bytes past them. */
// @ts-ignore: decorator
@inline
function nonZeros(x: usize, count: usize): u32 {
  const zero = f32x4.splat(0);
  const within: usize = min<usize>(32, count);
  let bits: u32 = 0;
  for (let i: usize = 0; i < within; i += 4) {
    bits |= <u32>i32x4.bitmask(f32x4.ne(v128.load(x + i * F32), zero)) << <u32>i;
  }
  return within < 32 ? bits & ((1 << <u32>within) - 1) : bits;
}
