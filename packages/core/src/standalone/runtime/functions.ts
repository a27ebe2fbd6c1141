import type { ElementFunction } from "../steps.js";

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Each function of one number, with its slope or size below 0 where it has one. */
export const functions: Readonly<Record<ElementFunction, (x: number, alpha: number) => number>> = {
  // Written so that NaN stays NaN.
  relu: (x) => (x < 0 ? 0 : x),
  leakyRelu: (x, alpha) => (x < 0 ? alpha * x : x),
  elu: (x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x),
  selu: (x) => SELU_SCALE * (x < 0 ? SELU_ALPHA * Math.expm1(x) : x),
  gelu: (x) => x * normalProbability(x),
  geluTanh: (x) => x * sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
  silu: (x) => x * sigmoid(x),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  hardSwish: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
  tanh: Math.tanh,
  sigmoid,
};

/** The normal distribution at x: a series in the middle, a continued fraction in the tails. */
function normalProbability(x: number): number {
  const density = Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
  if (Math.abs(x) > 4) {
    let fraction = Math.abs(x);
    for (let n = 30; n >= 1; n--) fraction = Math.abs(x) + n / fraction;
    return x < 0 ? density / fraction : 1 - density / fraction;
  }
  let sum = 0;
  let term = x;
  for (let n = 1; n < 60 && sum + term !== sum; n++) {
    sum += term;
    term *= (x * x) / (2 * n + 1);
  }
  return 0.5 + density * sum;
}
