import { exponential } from "../base/math.js";

const SQRT_PI = 1.7724538509055159;

/**
 * The complementary error function erfc(x) for x of at least 0, to about 14 digits: 2/√π ∫ₓ^∞ e^(−t²) dt.
 *
 * Abramowitz and Stegun, "Handbook of Mathematical Functions", 7.1.6 (the series) and 7.1.14 (the continued fraction).
 */
export function complementaryErrorFunction(x: number): number {
  const power = exponential(-x * x);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-18 * sum; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - (2 / SQRT_PI) * power * sum;
  }
  // From level 100 outwards: at x = 2, deeper levels change nothing within the 14 digits.
  let fraction = x;
  for (let level = 100; level >= 1; level--) fraction = x + level / 2 / fraction;
  return power / (SQRT_PI * fraction);
}
