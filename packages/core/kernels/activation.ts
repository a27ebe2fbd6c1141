// Activations that look at one element at a time. Each is one function that gives the value or the slope, and one
// case in `evaluate`. ReLU has its own kernels in elementwise.ts, tanh and sigmoid have theirs in saturating.ts.
import { exp, expm1, high, log1p, low, narrow, normalDensity, normalProbability, sigmoidOf } from "./wide-math";
import { F32 } from "./simd";

// The numbers are positions in `numbered` of packages/core/src/ops/elementwise-activation.ts.
const LEAKY_RELU: u32 = 0;
const ELU: u32 = 1;
const SELU: u32 = 2;
const GELU: u32 = 3;
const GELU_TANH: u32 = 4;
const SILU: u32 = 5;
const SOFTPLUS: u32 = 6;
const HARD_SWISH: u32 = 7;

/** y = f(x), f the activation of number `kind`, `alpha` its slope or size below 0: x y [N, count]; y may be x. */
export function activationForward(y: usize, x: usize, N: usize, count: usize, kind: u32, alpha: f32): void {
  const end = y + N * count * F32;
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, evaluate(kind, v128.load(x), alpha, false));
  for (; y < end; y += F32, x += F32) {
    store<f32>(y, f32x4.extract_lane(evaluate(kind, v128.load32_splat(x), alpha, false), 0));
  }
}

/** The gradient of activationForward: dx = dy · f′(x), all [N, count]; dx may be dy. */
export function activationBackward(
  dx: usize, dy: usize, x: usize, N: usize, count: usize, kind: u32, alpha: f32,
): void {
  const end = dx + N * count * F32;
  for (; dx + 16 <= end; dx += 16, dy += 16, x += 16) {
    v128.store(dx, f32x4.mul(v128.load(dy), evaluate(kind, v128.load(x), alpha, true)));
  }
  for (; dx < end; dx += F32, dy += F32, x += F32) {
    const slope = f32x4.extract_lane(evaluate(kind, v128.load32_splat(x), alpha, true), 0);
    store<f32>(dx, load<f32>(dy) * slope);
  }
}

/** The activation's value, or its slope, at four f32. */
function evaluate(kind: u32, x: v128, alpha: f32, slope: bool): v128 {
  if (kind == LEAKY_RELU) return leakyRelu(x, alpha, slope);
  if (kind == HARD_SWISH) return hardSwish(x, slope);
  // The rest run in f64 and round once.
  return narrow(smooth(kind, low(x), alpha, slope), smooth(kind, high(x), alpha, slope));
}

function smooth(kind: u32, x: v128, alpha: f32, slope: bool): v128 {
  switch (kind) {
    case ELU: return elu(x, alpha, slope);
    case SELU: return selu(x, slope);
    case GELU: return gelu(x, slope);
    case GELU_TANH: return geluTanh(x, slope);
    case SILU: return silu(x, slope);
    case SOFTPLUS: return softplus(x, slope);
    default: return unreachable();
  }
}

/** x where x > 0, else alpha · x. */
function leakyRelu(x: v128, alpha: f32, slope: bool): v128 {
  const small = f32x4.splat(alpha);
  const positive = f32x4.gt(x, f32x4.splat(0));
  if (slope) return v128.bitselect(f32x4.splat(1), small, positive);
  return v128.bitselect(x, f32x4.mul(x, small), positive);
}

/** x · min(max(x + 3, 0), 6) / 6. */
function hardSwish(x: v128, slope: bool): v128 {
  const three = f32x4.splat(3);
  const six = f32x4.splat(6);
  if (slope) {
    const between = f32x4.div(f32x4.add(f32x4.add(x, x), three), six);
    const above = v128.bitselect(f32x4.splat(1), between, f32x4.ge(x, three));
    return v128.bitselect(f32x4.splat(0), above, f32x4.le(x, f32x4.neg(three)));
  }
  const gate = f32x4.min(f32x4.max(f32x4.add(x, three), f32x4.splat(0)), six);
  return f32x4.mul(x, f32x4.div(gate, six));
}

/** x where x > 0, else alpha · (e^x − 1): Clevert et al., "Fast and Accurate Deep Network Learning by ELUs" (ICLR 2016). */
function elu(x: v128, alpha: f32, slope: bool): v128 {
  const positive = f64x2.gt(x, f64x2.splat(0));
  const size = f64x2.splat(<f64>alpha);
  if (slope) return v128.bitselect(f64x2.splat(1), f64x2.mul(size, exp(x)), positive);
  return v128.bitselect(x, f64x2.mul(size, expm1(x)), positive);
}

/** λ·x where x > 0, else λα·(e^x − 1): Klambauer et al., "Self-Normalizing Neural Networks" (NIPS 2017). */
function selu(x: v128, slope: bool): v128 {
  const scale = f64x2.splat(1.0507009873554805);
  const below = f64x2.splat(1.7580993408473768);
  const positive = f64x2.ge(x, f64x2.splat(0));
  if (slope) return v128.bitselect(scale, f64x2.mul(below, exp(x)), positive);
  return v128.bitselect(f64x2.mul(scale, x), f64x2.mul(below, expm1(x)), positive);
}

/** x · Φ(x), Φ the normal distribution: Hendrycks and Gimpel, "Gaussian Error Linear Units" (2016). */
function gelu(x: v128, slope: bool): v128 {
  const probability = normalProbability(x);
  if (slope) return f64x2.add(probability, f64x2.mul(x, normalDensity(x)));
  return f64x2.mul(x, probability);
}

/** x · (1 + tanh u) / 2 with u = √(2/π) · (x + 0.044715 x³), which is x · sigmoid(2u). */
function geluTanh(x: v128, slope: bool): v128 {
  const factor = f64x2.splat(1.5957691216057308);
  const cubic = f64x2.splat(0.07135481627260025);
  const xx = f64x2.mul(x, x);
  const e = exp(f64x2.neg(f64x2.mul(x, f64x2.add(factor, f64x2.mul(cubic, xx)))));
  const gate = sigmoidOf(e);
  if (!slope) return f64x2.mul(x, gate);
  const inner = f64x2.mul(x, f64x2.add(factor, f64x2.mul(f64x2.mul(f64x2.splat(3), cubic), xx)));
  return gateSlope(inner, e, gate);
}

/** x · sigmoid(x): Ramachandran et al., "Searching for Activation Functions" (2017). */
function silu(x: v128, slope: bool): v128 {
  const e = exp(f64x2.neg(x));
  const gate = sigmoidOf(e);
  return slope ? gateSlope(x, e, gate) : f64x2.mul(x, gate);
}

/** The slope of x · sigmoid(v), inner = x · v′: sigmoid(v) · (1 + inner · (1 − sigmoid(v))), e = e^−v. */
function gateSlope(inner: v128, e: v128, gate: v128): v128 {
  return f64x2.mul(gate, f64x2.add(f64x2.splat(1), f64x2.mul(inner, f64x2.mul(e, gate))));
}

/** ln(1 + e^x), as max(x, 0) + ln(1 + e^−|x|). */
function softplus(x: v128, slope: bool): v128 {
  if (slope) return sigmoidOf(exp(f64x2.neg(x)));
  return f64x2.add(f64x2.max(x, f64x2.splat(0)), log1p(exp(f64x2.neg(f64x2.abs(x)))));
}
