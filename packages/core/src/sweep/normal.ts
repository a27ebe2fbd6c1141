import { exponential, naturalLog } from "../base/math.js";

// Masses of the standard normal distribution from additions, multiplications and Heddle's own exponential, so that they
// are the same on every machine.

const HALF_LOG_TWO_PI = 0.9189385332046728;
const SQRT_TWO_PI = 2.5066282746310002;

/** The logarithm of the standard normal density. */
export function logDensity(z: number): number {
  return -0.5 * z * z - HALF_LOG_TWO_PI;
}

/** The logarithm of the probability that a standard normal number is between `low` and `high`. */
export function logMass(low: number, high: number): number {
  if (!(low < high)) return Number.NEGATIVE_INFINITY;
  // In the left tail, where small probabilities are exact.
  if (low > 0) return logMass(-high, -low);
  if (high > 0) return naturalLog(1 - tail(-low) - tail(high));
  const upper = logTail(-high);
  return upper + naturalLog(1 - exponential(logTail(-low) - upper));
}

/** The probability that a standard normal number is above `z`, which is at least 0. */
function tail(z: number): number {
  return z < SERIES_UNTIL ? 0.5 - centre(z) : exponential(logTail(z));
}

function logTail(z: number): number {
  if (z === Number.POSITIVE_INFINITY) return Number.NEGATIVE_INFINITY;
  return z < SERIES_UNTIL ? naturalLog(0.5 - centre(z)) : logDensity(z) + naturalLog(mills(z));
}

/** From here on the continued fraction converges within its terms; below, ½ less the series loses at most two digits. */
const SERIES_UNTIL = 2;

/** The probability between 0 and z: φ(z) (z + z³/3 + z⁵/(3·5) + …), whose terms are all positive. */
function centre(z: number): number {
  let term = z;
  let sum = z;
  for (let odd = 3; term > sum * 1e-17; odd += 2) {
    term *= (z * z) / odd;
    sum += term;
  }
  return (exponential(-0.5 * z * z) / SQRT_TWO_PI) * sum;
}

/** Mills's ratio, the tail over the density: the continued fraction 1/(z + 1/(z + 2/(z + 3/(z + …)))). */
function mills(z: number): number {
  let fraction = z;
  for (let term = 60; term >= 1; term--) fraction = z + term / fraction;
  return 1 / fraction;
}
