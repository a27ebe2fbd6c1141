import type { ElementwiseActivation } from "./elementwise-activation.js";

interface ScalarFunction {
  value(x: number): number;
  slope(x: number): number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

const gate = (x: number) => Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);

const gateSlope = (x: number) => Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2);

const SELU_SCALE = 1.0507009873554805;

const SELU_ALPHA = 1.6732632423543772;

/** The plain twins, in f64. */
export const activationReference: Readonly<Record<ElementwiseActivation, ScalarFunction>> = {
  leakyRelu: { value: (x) => (x > 0 ? x : 0.2 * x), slope: (x) => (x > 0 ? 1 : 0.2) },
  elu: { value: (x) => (x > 0 ? x : Math.expm1(x)), slope: (x) => (x > 0 ? 1 : Math.exp(x)) },
  selu: {
    value: (x) => SELU_SCALE * (x >= 0 ? x : SELU_ALPHA * Math.expm1(x)),
    slope: (x) => SELU_SCALE * (x >= 0 ? 1 : SELU_ALPHA * Math.exp(x)),
  },
  gelu: {
    value: (x) => x * normalProbability(x),
    slope: (x) => normalProbability(x) + x * normalDensity(x),
  },
  geluTanh: {
    // (1 + tanh u) / 2 is sigmoid(2u), which does not cancel.
    value: (x) => x * sigmoid(2 * gate(x)),
    slope: (x) => sigmoid(2 * gate(x)) * (1 + x * 2 * gateSlope(x) * sigmoid(-2 * gate(x))),
  },
  silu: { value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) * (1 + x * sigmoid(-x)) },
  sigmoid: { value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) },
  tanh: { value: Math.tanh, slope: (x) => 4 * sigmoid(2 * x) * sigmoid(-2 * x) },
  softplus: { value: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))), slope: sigmoid },
  hardSwish: {
    value: (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6,
    slope: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
  },
};

function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** The normal distribution: Laplace's continued fraction in the tails, the series Σ x^(2n+1) / (2n+1)!! between. */
function normalProbability(x: number): number {
  if (Math.abs(x) > 2) {
    let fraction = Math.abs(x);
    for (let n = 200; n >= 1; n--) fraction = Math.abs(x) + n / fraction;
    const tail = normalDensity(x) / fraction;
    return x < 0 ? tail : 1 - tail;
  }
  let sum = 0;
  let term = x;
  for (let n = 1; n < 60; n++) {
    sum += term;
    term *= (x * x) / (2 * n + 1);
  }
  return 0.5 + normalDensity(x) * sum;
}
