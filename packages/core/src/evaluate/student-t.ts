import { HeddleError } from "../base/errors.js";

/** Halvings of the interval that contains the quantile: more would change no bit. */
const HALVINGS = 200;

/** The largest quantile that is looked for: the sums do not resolve thinner tails. */
const LARGEST = 1e9;

/**
 * The share of Student's t distribution below `t`, by its finite sums for whole degrees of freedom.
 *
 * Abramowitz and Stegun, "Handbook of Mathematical Functions" (1964), 26.7.3 and 26.7.4.
 *
 * @param degrees degrees of freedom, a whole number of at least 1
 *
 * @example
 * studentT(4.302652729749, 2); // 0.975
 */
export function studentT(t: number, degrees: number): number {
  checkDegrees(degrees);
  const angle = Math.atan(Math.abs(t) / Math.sqrt(degrees));
  const sine = Math.sin(angle);
  const cosine = Math.cos(angle);
  const odd = degrees % 2 === 1;
  // Terms of cos θ, cos³ θ, … for odd degrees, of 1, cos² θ, … for even ones; none for a single degree.
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let power = odd ? 3 : 2; power <= degrees - 2; power += 2) {
    term *= ((power - 1) / power) * cosine * cosine;
    sum += term;
  }
  const within = odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum;
  return t < 0 ? (1 - within) / 2 : (1 + within) / 2;
}

/**
 * The value below which a share of Student's t distribution lies.
 *
 * @param share above 0 and below 1
 * @param degrees degrees of freedom, a whole number of at least 1
 *
 * @example
 * studentTQuantile(0.975, 2); // 4.302652729749
 */
export function studentTQuantile(share: number, degrees: number): number {
  checkDegrees(degrees);
  if (!(share > 0 && share < 1)) {
    throw new HeddleError({
      who: "Student's t",
      expected: "a share above 0 and below 1",
      received: String(share),
      next: "Pass 0.975 for both sides of a 95% interval.",
    });
  }
  if (share < 0.5) return -studentTQuantile(1 - share, degrees);
  let low = 0;
  let high = 1;
  while (studentT(high, degrees) < share && high < LARGEST) high *= 2;
  for (let halving = 0; halving < HALVINGS && low < high; halving++) {
    const middle = (low + high) / 2;
    if (middle === low || middle === high) break;
    if (studentT(middle, degrees) < share) low = middle;
    else high = middle;
  }
  return share === 0.5 ? 0 : high;
}

function checkDegrees(degrees: number): void {
  if (Number.isSafeInteger(degrees) && degrees >= 1) return;
  throw new HeddleError({
    who: "Student's t",
    expected: "degrees of freedom to be a whole number of at least 1",
    received: String(degrees),
    next: "Pass one less than the number of values.",
  });
}
