// Elementary functions of two f64 at once, as math.ts has them of one: additions, multiplications and divisions in a
// fixed order, so that every machine and both builds get the same bits. Relative errors stay below 1e-8, a sixth of
// what rounding the result to f32 may cost.

const LOG2_E: f64 = 1.4426950408889634;
const LN_2: f64 = 0.6931471805599453;

/** Two of four f32 as f64: the first, or the last. */
// @ts-ignore: decorator
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}
// @ts-ignore: decorator
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** Four f32 from two times two f64. */
// @ts-ignore: decorator
@inline
export function narrow(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** e^x. */
export function exp(x: v128): v128 {
  const bounded = bound(x);
  const whole = doublings(bounded);
  return f64x2.mul(f64x2.add(taylor(bounded, whole), f64x2.splat(1)), power(whole));
}

/** e^x − 1, exact also where it is nearly 0. */
export function expm1(x: v128): v128 {
  const bounded = bound(x);
  const whole = doublings(bounded);
  const scale = power(whole);
  return f64x2.add(f64x2.mul(taylor(bounded, whole), scale), f64x2.sub(scale, f64x2.splat(1)));
}

/** 1 / (1 + e), which is sigmoid(x) for e = e^−x. */
// @ts-ignore: decorator
@inline
export function sigmoidOf(e: v128): v128 {
  return f64x2.div(f64x2.splat(1), f64x2.add(f64x2.splat(1), e));
}

/** ln(1 + u) for 0 ≤ u ≤ 1, exact also where it is nearly 0. */
export function log1p(u: v128): v128 {
  // 2 artanh z, z = u / (2 + u) ≤ 1/3: the first omitted term is below 2e-10 of the sum.
  const z = f64x2.div(u, f64x2.add(u, f64x2.splat(2)));
  const zz = f64x2.mul(z, z);
  let sum = f64x2.splat(1.0 / 17);
  sum = step(sum, zz, 1.0 / 15);
  sum = step(sum, zz, 1.0 / 13);
  sum = step(sum, zz, 1.0 / 11);
  sum = step(sum, zz, 1.0 / 9);
  sum = step(sum, zz, 1.0 / 7);
  sum = step(sum, zz, 1.0 / 5);
  sum = step(sum, zz, 1.0 / 3);
  sum = step(sum, zz, 1);
  return f64x2.mul(f64x2.add(z, z), sum);
}

/** The density of the normal distribution, e^(−x²/2) / √(2π). */
export function normalDensity(x: v128): v128 {
  return f64x2.mul(exp(f64x2.mul(f64x2.splat(-0.5), f64x2.mul(x, x))), f64x2.splat(0.3989422804014327));
}

/** The normal distribution: how likely a normal draw is below x, exact also far out on the left. */
export function normalProbability(x: v128): v128 {
  const tail = f64x2.mul(exp(f64x2.mul(f64x2.splat(-0.5), f64x2.mul(x, x))), tailRatio(f64x2.abs(x)));
  return v128.bitselect(f64x2.sub(f64x2.splat(1), tail), tail, f64x2.gt(x, f64x2.splat(0)));
}

/** e^(x²/2) times the probability of a normal draw above x ≥ 0, which goes like 1 / x. */
function tailRatio(x: v128): v128 {
  // A polynomial in t = 4 / (4 + x) through the 13 Chebyshev nodes of 0 … 1: within 2e-9 everywhere.
  const t = f64x2.div(f64x2.splat(4), f64x2.add(x, f64x2.splat(4)));
  let sum = f64x2.splat(-0.00021576467018207386);
  sum = step(sum, t, -0.00953445648437819);
  sum = step(sum, t, 0.055718052657902736);
  sum = step(sum, t, -0.11397600021481574);
  sum = step(sum, t, 0.09789574931594176);
  sum = step(sum, t, -0.05148384310932247);
  sum = step(sum, t, 0.045467176589488685);
  sum = step(sum, t, 0.03786305981698537);
  sum = step(sum, t, 0.0643284614782696);
  sum = step(sum, t, 0.0809609579471073);
  sum = step(sum, t, 0.09350552793898521);
  sum = step(sum, t, 0.0997355082754387);
  sum = step(sum, t, 0.09973557028359911);
  return f64x2.mul(t, sum);
}

/** To where e^x and its products stay finite in f64; far beyond what an f32 can hold. NaN stays NaN. */
// @ts-ignore: decorator
@inline
function bound(x: v128): v128 {
  return f64x2.max(f64x2.min(x, f64x2.splat(700)), f64x2.splat(-700));
}

/** How often ln 2 goes into x, to the nearest. */
// @ts-ignore: decorator
@inline
function doublings(x: v128): v128 {
  return f64x2.nearest(f64x2.mul(x, f64x2.splat(LOG2_E)));
}

/** 2^whole. */
// @ts-ignore: decorator
@inline
function power(whole: v128): v128 {
  const exponents = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(whole));
  return i64x2.shl(i64x2.add(exponents, i64x2.splat(1023)), 52);
}

/** e^r − 1 for what is left of x, r = x − whole · ln 2: Taylor to r^8 / 8! as in expF32. */
// @ts-ignore: decorator
@inline
function taylor(x: v128, whole: v128): v128 {
  const r = f64x2.sub(x, f64x2.mul(whole, f64x2.splat(LN_2)));
  let sum = f64x2.splat(1.0 / 40320);
  sum = step(sum, r, 1.0 / 5040);
  sum = step(sum, r, 1.0 / 720);
  sum = step(sum, r, 1.0 / 120);
  sum = step(sum, r, 1.0 / 24);
  sum = step(sum, r, 1.0 / 6);
  sum = step(sum, r, 0.5);
  sum = step(sum, r, 1);
  return f64x2.mul(sum, r);
}

/** One step of Horner's rule: sum · x + coefficient. */
// @ts-ignore: decorator
@inline
function step(sum: v128, x: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(coefficient));
}
