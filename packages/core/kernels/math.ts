// Elementary functions from additions and multiplications alone, so that every machine gets the same bits.
// They run in f64 and round once to f32 at the end: within 1 ulp of the true value.

const LOG2_E: f64 = 1.4426950408889634;
const LN_2: f64 = 0.6931471805599453;
const SQRT_2: f64 = 1.4142135623730951;
const TWO_PI: f64 = 6.283185307179586;

/** e^x. */
export function expF32(x: f32): f32 {
  // Beyond these an f32 is infinite, or rounds to zero; NaN falls through.
  if (x > 88.8) return Infinity;
  if (x < -104) return 0;
  const whole = nearest<f64>(<f64>x * LOG2_E);
  const r = <f64>x - whole * LN_2;
  // Taylor to r^8 / 8!: |r| ≤ ln2 / 2, so that the first omitted term is below 3e-10.
  let sum: f64 = 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  return <f32>(sum * reinterpret<f64>((<i64>whole + 1023) << 52));
}

/** The natural logarithm of x; −∞ for 0, NaN below. */
export function logF32(x: f32): f32 {
  if (!(x > 0)) return x == 0 ? -Infinity : NaN;
  if (x == Infinity) return Infinity;
  // x = mantissa · 2^exponent with the mantissa in [√½, √2). Every f32 is a normal f64.
  const bits = reinterpret<i64>(<f64>x);
  let exponent = (bits >> 52) - 1023;
  let mantissa = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000);
  if (mantissa > SQRT_2) {
    mantissa *= 0.5;
    exponent += 1;
  }
  // ln m = 2 artanh z, z = (m − 1) / (m + 1), |z| < 0.172: the first omitted term is below 2e-11 of the sum.
  const z = (mantissa - 1) / (mantissa + 1);
  const zz = z * z;
  let sum: f64 = 1.0 / 13;
  sum = sum * zz + 1.0 / 11;
  sum = sum * zz + 1.0 / 9;
  sum = sum * zz + 1.0 / 7;
  sum = sum * zz + 1.0 / 5;
  sum = sum * zz + 1.0 / 3;
  sum = sum * zz + 1;
  return <f32>(2 * z * sum + <f64>exponent * LN_2);
}

/** sin 2πx, exact where the true value is 0 or ±1. */
export function sinTurns(x: f64): f64 {
  return sinQuarters(x, 0);
}

/** cos 2πx, exact where the true value is 0 or ±1. */
export function cosTurns(x: f64): f64 {
  return sinQuarters(x, 1);
}

/** sin of x turns and `ahead` quarters more. */
function sinQuarters(x: f64, ahead: i64): f64 {
  const quarters = nearest<f64>(4 * x);
  const r = TWO_PI * (x - 0.25 * quarters);
  const rr = r * r;
  const quadrant = (<i64>quarters + ahead) & 3;
  // Taylor to r^13 / 13! and r^12 / 12!: |r| ≤ π/4, so that the first omitted term is below 4e-13.
  let sum: f64;
  if ((quadrant & 1) == 0) {
    sum = 1.0 / 6227020800;
    sum = sum * rr - 1.0 / 39916800;
    sum = sum * rr + 1.0 / 362880;
    sum = sum * rr - 1.0 / 5040;
    sum = sum * rr + 1.0 / 120;
    sum = sum * rr - 1.0 / 6;
    sum = sum * rr + 1;
    sum *= r;
  } else {
    sum = 1.0 / 479001600;
    sum = sum * rr - 1.0 / 3628800;
    sum = sum * rr + 1.0 / 40320;
    sum = sum * rr - 1.0 / 720;
    sum = sum * rr + 1.0 / 24;
    sum = sum * rr - 0.5;
    sum = sum * rr + 1;
  }
  return quadrant < 2 ? sum : -sum;
}
