// tanh and sigmoid in f32, four lanes at a time, within 2 ulp of the true value over the whole range; and their gradients
// from the outputs, so that neither computes an exponential twice. Additions, multiplications and divisions in a fixed
// order: every machine and both builds get the same bits.
import { F32 } from "./simd";

const LOG2_E: f32 = 1.4426950408889634;
/** ln 2 in two parts: the first has ten bits, so that its products with small whole numbers are exact. */
const LN_2_HIGH: f32 = 0.693359375;
const LN_2_LOW: f32 = -0.00021219444005469057;

/** y = tanh(x), both [N, count]; y may be x. */
export function tanhForward(y: usize, x: usize, N: usize, count: usize): void {
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = tanh(v128.load(x));
    const high = tanh(v128.load(x, 16));
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, f32x4.extract_lane(tanh(v128.load32_splat(x)), 0));
}

/** The gradient of tanhForward from its output: dx = dy · (1 − y²), all [N, count]; dx may be dy. */
export function tanhBackward(dx: usize, dy: usize, y: usize, N: usize, count: usize): void {
  const one = f32x4.splat(1);
  const end = dx + N * count * F32;
  for (; dx + 32 <= end; dx += 32, dy += 32, y += 32) {
    const low = v128.load(y);
    const high = v128.load(y, 16);
    const dxLow = f32x4.mul(v128.load(dy), f32x4.sub(one, f32x4.mul(low, low)));
    const dxHigh = f32x4.mul(v128.load(dy, 16), f32x4.sub(one, f32x4.mul(high, high)));
    v128.store(dx, dxLow);
    v128.store(dx, dxHigh, 16);
  }
  for (; dx < end; dx += F32, dy += F32, y += F32) {
    const value = load<f32>(y);
    store<f32>(dx, load<f32>(dy) * (1 - value * value));
  }
}

/** y = 1 / (1 + e^−x), both [N, count]; y may be x. */
export function sigmoidForward(y: usize, x: usize, N: usize, count: usize): void {
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = sigmoid(v128.load(x));
    const high = sigmoid(v128.load(x, 16));
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, f32x4.extract_lane(sigmoid(v128.load32_splat(x)), 0));
}

/** The gradient of sigmoidForward from its output: dx = dy · y · (1 − y), all [N, count]; dx may be dy. */
export function sigmoidBackward(dx: usize, dy: usize, y: usize, N: usize, count: usize): void {
  const one = f32x4.splat(1);
  const end = dx + N * count * F32;
  for (; dx + 32 <= end; dx += 32, dy += 32, y += 32) {
    const low = v128.load(y);
    const high = v128.load(y, 16);
    const dxLow = f32x4.mul(v128.load(dy), f32x4.mul(low, f32x4.sub(one, low)));
    const dxHigh = f32x4.mul(v128.load(dy, 16), f32x4.mul(high, f32x4.sub(one, high)));
    v128.store(dx, dxLow);
    v128.store(dx, dxHigh, 16);
  }
  for (; dx < end; dx += F32, dy += F32, y += F32) {
    const value = load<f32>(y);
    store<f32>(dx, load<f32>(dy) * (value * (1 - value)));
  }
}

/** A polynomial near 0, where the exponential would cancel; else 1 − 2 / (e^2|x| + 1) with the sign of x. */
// @ts-ignore: decorator
@inline
function tanh(x: v128): v128 {
  const size = f32x4.abs(x);
  // x + x³ · P(x²), P fitted to a relative error of 1e-9 of tanh below 0.55.
  const z = f32x4.mul(x, x);
  let sum = f32x4.splat(-0.00628246665449);
  sum = step(sum, z, 0.0210777532721);
  sum = step(sum, z, -0.0538538565846);
  sum = step(sum, z, 0.13332601671);
  sum = step(sum, z, -0.333333180452);
  const near = f32x4.add(x, f32x4.mul(f32x4.mul(x, z), sum));
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp(f32x4.add(size, size)), one)));
  const signed = v128.bitselect(x, far, f32x4.splat(-0.0));
  return v128.bitselect(near, signed, f32x4.lt(size, f32x4.splat(0.55)));
}

/** e^−|x| stays finite: 1 / (1 + e^−|x|) on the right of 0, e^−|x| / (1 + e^−|x|) on the left. */
// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  const one = f32x4.splat(1);
  const e = exp(f32x4.neg(f32x4.abs(x)));
  const above = v128.bitselect(e, one, f32x4.lt(x, f32x4.splat(0)));
  return f32x4.div(above, f32x4.add(one, e));
}

/** e^x: 2^whole · e^r, |r| ≤ ln2 / 2. NaN stays NaN. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  // Beyond these an f32 is infinite, or rounds to zero.
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(89)), f32x4.splat(-104));
  // Adding 1.5 · 2^23 leaves no bits for a fraction: rounds to nearest, as f32x4.nearest, which Node 24 does not merge.
  const big = f32x4.splat(12582912);
  const whole = f32x4.sub(f32x4.add(f32x4.mul(bounded, f32x4.splat(LOG2_E)), big), big);
  const rest = f32x4.sub(bounded, f32x4.mul(whole, f32x4.splat(LN_2_HIGH)));
  const r = f32x4.sub(rest, f32x4.mul(whole, f32x4.splat(LN_2_LOW)));
  // Taylor to r^7 / 7!: the first omitted term is below 6e-9.
  let sum = f32x4.splat(1.0 / 5040);
  sum = step(sum, r, 1.0 / 720);
  sum = step(sum, r, 1.0 / 120);
  sum = step(sum, r, 1.0 / 24);
  sum = step(sum, r, 1.0 / 6);
  sum = step(sum, r, 0.5);
  sum = f32x4.add(f32x4.mul(f32x4.mul(sum, r), r), r);
  const value = f32x4.add(sum, f32x4.splat(1));
  // In two factors, because 2^128 and 2^−150 are no floats.
  const exponent = i32x4.trunc_sat_f32x4_s(whole);
  const half = i32x4.shr_s(exponent, 1);
  return f32x4.mul(f32x4.mul(value, power(half)), power(i32x4.sub(exponent, half)));
}

/** 2^exponent for −126 ≤ exponent ≤ 127. */
// @ts-ignore: decorator
@inline
function power(exponent: v128): v128 {
  return i32x4.shl(i32x4.add(exponent, i32x4.splat(127)), 23);
}

/** One step of Horner's rule: sum · x + coefficient. */
// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, coefficient: f32): v128 {
  return f32x4.add(f32x4.mul(sum, x), f32x4.splat(coefficient));
}
