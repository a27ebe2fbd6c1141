/**
 * Functions whose built-in forms differ in the last bits between JavaScript engines. These use additions and
 * multiplications alone, and give the same result everywhere.
 */

/** base^exponent for a whole exponent of at least 0, by repeated squaring. */
export function wholePower(base: number, exponent: number): number {
  let result = 1;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

const LN_2_HIGH = 0.6931471803691238;
/** The difference between ln 2 and `LN_2_HIGH`, whose last bits are zeros. */
const LN_2_LOW = 1.9082149292705877e-10;

/** The natural logarithm of a number above 0. */
export function naturalLog(x: number): number {
  if (!(x > 0)) return x === 0 ? Number.NEGATIVE_INFINITY : Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  // x = mantissa · 2^exponent with the mantissa in [√½, √2]; doubling and halving are exact.
  let mantissa = x;
  let exponent = 0;
  for (; mantissa > Math.SQRT2; exponent++) mantissa /= 2;
  for (; mantissa < Math.SQRT1_2; exponent--) mantissa *= 2;
  // ln m = 2 artanh z, z = (m − 1) / (m + 1), |z| < 0.172: the first omitted term is below 1e-18 of the sum.
  const z = (mantissa - 1) / (mantissa + 1);
  let sum = 0;
  for (let odd = 23; odd >= 1; odd -= 2) sum = sum * z * z + 1 / odd;
  return exponent * LN_2_HIGH + (2 * z * sum + exponent * LN_2_LOW);
}

/** e^x. */
export function exponential(x: number): number {
  if (!(x < 709.7)) return Number.isNaN(x) ? x : Number.POSITIVE_INFINITY;
  if (x < -745) return 0;
  const doublings = Math.round(x / (LN_2_HIGH + LN_2_LOW));
  const r = x - doublings * LN_2_HIGH - doublings * LN_2_LOW;
  // Taylor to r^14 / 14!: |r| ≤ ln2 / 2, so that the first omitted term is below 1e-19.
  let sum = 1;
  for (let term = 14; term >= 1; term--) sum = 1 + (sum * r) / term;
  return doublings < 0 ? sum / wholePower(2, -doublings) : sum * wholePower(2, doublings);
}

/** base^exponent for a base of at least 0. */
export function power(base: number, exponent: number): number {
  if (Number.isInteger(exponent)) {
    return exponent < 0 ? 1 / wholePower(base, -exponent) : wholePower(base, exponent);
  }
  return exponential(exponent * naturalLog(base));
}

/** cos 2πx: exact where the true value is 0 or ±1. */
export function cosTurns(x: number): number {
  // An even function of period 1, so that 0 ≤ t ≤ ½; about a quarter turn it is odd.
  const t = Math.abs(x - Math.round(x));
  if (t > 0.25) return -cosTurns(0.5 - t);
  const TWO_PI = 6.283185307179586;
  if (t > 0.125) {
    const angle = TWO_PI * (0.25 - t);
    let sum = 0;
    for (let term = 19; term >= 1; term -= 2) sum = 1 - (sum * angle * angle) / ((term + 1) * (term + 2));
    return angle * sum;
  }
  const angle = TWO_PI * t;
  let sum = 1;
  for (let term = 18; term >= 2; term -= 2) sum = 1 - (sum * angle * angle) / (term * (term - 1));
  return sum;
}
