// Optimizer steps in one pass over weights and state. `scalars` points to the step's f32 numbers, which the
// optimizer's class computes; the first is always the one that contains the learning rate.
//
// A running average whose gradient stays 0, as for a pixel that is always black, shrinks with every step. Once it is below the
// floats of full precision it is set to 0, because processors are slow on smaller ones (docs/performance.md).
import { F32, flushed } from "./simd";

/**
 * Adam (Kingma and Ba, 2015), as in Keras. scalars = [alpha, 1 − beta1, 1 − beta2, epsilon],
 * alpha = rate · √(1 − beta2^t) / (1 − beta1^t):
 *
 *     m += (g − m) · (1 − beta1)      v += (g² − v) · (1 − beta2)      w −= alpha · m / (√v + epsilon)
 *
 * w g m v [count]; count is a multiple of 4.
 */
export function adam(w: usize, g: usize, m: usize, v: usize, count: usize, scalars: usize): void {
  adamStep(w, g, m, v, 0, count, scalars, false);
}

/**
 * Adam with AMSGrad (Reddi et al., 2018), as in Keras: `adam`, divided by the largest v so far.
 *
 *     h = max(h, v)      w −= alpha · m / (√h + epsilon)
 *
 * w g m v h [count]; count is a multiple of 4.
 */
export function adamAmsgrad(w: usize, g: usize, m: usize, v: usize, h: usize, count: usize, scalars: usize): void {
  adamStep(w, g, m, v, h, count, scalars, true);
}

/** Either of the two: `h` is read and written only where `amsgrad` is true. */
// @ts-ignore: decorator
@inline
function adamStep(
  w: usize, g: usize, m: usize, v: usize, h: usize, count: usize, scalars: usize, amsgrad: bool,
): void {
  const alpha = v128.load32_splat(scalars);
  const rest1 = v128.load32_splat(scalars, 4);
  const rest2 = v128.load32_splat(scalars, 8);
  const epsilon = v128.load32_splat(scalars, 12);
  const bytes = count * F32;
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    adamSome(w + i, g + i, m + i, v + i, h + i, alpha, rest1, rest2, epsilon, amsgrad, true);
  }
  if (i < bytes) adamSome(w + i, g + i, m + i, v + i, h + i, alpha, rest1, rest2, epsilon, amsgrad, false);
}

/** Four weights, or eight where `wide`. */
// @ts-ignore: decorator
@inline
function adamSome(
  w: usize, g: usize, m: usize, v: usize, h: usize,
  alpha: v128, rest1: v128, rest2: v128, epsilon: v128,
  amsgrad: bool, wide: bool,
): void {
  const zero = f32x4.splat(0);
  // unroll $h = 0..1
  const weight$h = $h == 0 || wide ? v128.load(w, 16 * $h) : zero;
  const gradient$h = $h == 0 || wide ? v128.load(g, 16 * $h) : zero;
  const oldMean$h = $h == 0 || wide ? v128.load(m, 16 * $h) : zero;
  const oldSquare$h = $h == 0 || wide ? v128.load(v, 16 * $h) : zero;
  const largest$h = amsgrad && ($h == 0 || wide) ? v128.load(h, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const mean$h = flushed(f32x4.add(oldMean$h, f32x4.mul(f32x4.sub(gradient$h, oldMean$h), rest1)));
  const power$h = f32x4.mul(gradient$h, gradient$h);
  const square$h = flushed(f32x4.add(oldSquare$h, f32x4.mul(f32x4.sub(power$h, oldSquare$h), rest2)));
  const divisor$h = amsgrad ? f32x4.max(largest$h, square$h) : square$h;
  const step$h = f32x4.div(f32x4.mul(alpha, mean$h), f32x4.add(f32x4.sqrt(divisor$h), epsilon));
  // end of unroll
  storeSome(m, mean0, mean1, wide);
  storeSome(v, square0, square1, wide);
  if (amsgrad) storeSome(h, divisor0, divisor1, wide);
  storeSome(w, f32x4.sub(weight0, step0), f32x4.sub(weight1, step1), wide);
}

// @ts-ignore: decorator
@inline
function storeSome(to: usize, first: v128, second: v128, wide: bool): void {
  v128.store(to, first);
  if (wide) v128.store(to, second, 16);
}

/** Plain gradient descent: w −= rate · g. scalars = [rate]; w g [count]; count is a multiple of 4. */
export function sgd(w: usize, g: usize, count: usize, scalars: usize): void {
  const rate = v128.load32_splat(scalars);
  const bytes = count * F32;
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    const first = f32x4.sub(v128.load(w + i), f32x4.mul(rate, v128.load(g + i)));
    const second = f32x4.sub(v128.load(w + i, 16), f32x4.mul(rate, v128.load(g + i, 16)));
    v128.store(w + i, first);
    v128.store(w + i, second, 16);
  }
  if (i < bytes) v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.mul(rate, v128.load(g + i))));
}

/**
 * Gradient descent with momentum, as in Keras. scalars = [rate, momentum]:
 *
 *     v = momentum · v − rate · g      w += v,  or  w += momentum · v − rate · g  with Nesterov's correction
 *
 * w g v [count]; count is a multiple of 4.
 */
export function sgdMomentum(w: usize, g: usize, v: usize, count: usize, scalars: usize, nesterov: u32): void {
  const rate = v128.load32_splat(scalars);
  const momentum = v128.load32_splat(scalars, 4);
  const bytes = count * F32;
  let i: usize = 0;
  if (nesterov) {
    for (; i + 32 <= bytes; i += 32) momentumSome(w + i, g + i, v + i, rate, momentum, true, true);
    if (i < bytes) momentumSome(w + i, g + i, v + i, rate, momentum, true, false);
  } else {
    for (; i + 32 <= bytes; i += 32) momentumSome(w + i, g + i, v + i, rate, momentum, false, true);
    if (i < bytes) momentumSome(w + i, g + i, v + i, rate, momentum, false, false);
  }
}

/** Four weights, or eight where `wide`. */
// @ts-ignore: decorator
@inline
function momentumSome(
  w: usize, g: usize, v: usize, rate: v128, momentum: v128, nesterov: bool, wide: bool,
): void {
  const zero = f32x4.splat(0);
  // unroll $h = 0..1
  const weight$h = $h == 0 || wide ? v128.load(w, 16 * $h) : zero;
  const gradient$h = $h == 0 || wide ? v128.load(g, 16 * $h) : zero;
  const oldVelocity$h = $h == 0 || wide ? v128.load(v, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const push$h = f32x4.mul(rate, gradient$h);
  const velocity$h = flushed(f32x4.sub(f32x4.mul(momentum, oldVelocity$h), push$h));
  const step$h = nesterov ? f32x4.sub(f32x4.mul(momentum, velocity$h), push$h) : velocity$h;
  // end of unroll
  storeSome(v, velocity0, velocity1, wide);
  storeSome(w, f32x4.add(weight0, step0), f32x4.add(weight1, step1), wide);
}

/**
 * RMSprop (Hinton, 2012), as in Keras. scalars = [rate, rho, 1 − rho, momentum, epsilon]:
 *
 *     v = rho · v + (1 − rho) · g²      a = rho · a + (1 − rho) · g, where `centered`
 *     step = rate · g / √(v [− a²] + epsilon)
 *     u = momentum · u + step, w −= u with momentum;      w −= step without
 *
 * w g v a u [count]; a and u are used only with `centered` and `momentum`; count is a multiple of 4.
 */
export function rmsprop(
  w: usize, g: usize, v: usize, a: usize, u: usize, count: usize, scalars: usize, centered: u32, momentum: u32,
): void {
  const rate = v128.load32_splat(scalars);
  const rho = v128.load32_splat(scalars, 4);
  const rest = v128.load32_splat(scalars, 8);
  const share = v128.load32_splat(scalars, 12);
  const epsilon = v128.load32_splat(scalars, 16);
  const bytes = count * F32;
  for (let i: usize = 0; i < bytes; i += 16) {
    const gradient = v128.load(g + i);
    const power = f32x4.mul(gradient, gradient);
    const square = flushed(f32x4.add(f32x4.mul(rho, v128.load(v + i)), f32x4.mul(rest, power)));
    v128.store(v + i, square);
    let spread = square;
    if (centered) {
      const mean = flushed(f32x4.add(f32x4.mul(rho, v128.load(a + i)), f32x4.mul(rest, gradient)));
      v128.store(a + i, mean);
      spread = f32x4.sub(square, f32x4.mul(mean, mean));
    }
    let step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(spread, epsilon)));
    if (momentum) {
      step = flushed(f32x4.add(f32x4.mul(share, v128.load(u + i)), step));
      v128.store(u + i, step);
    }
    v128.store(w + i, f32x4.sub(v128.load(w + i), step));
  }
}

/** Weight decay: w −= w · decay · rate. scalars = [rate]; w [count]; count is a multiple of 4. */
export function decayWeights(w: usize, count: usize, scalars: usize, decay: f32): void {
  const share = f32x4.splat(load<f32>(scalars) * decay);
  const bytes = count * F32;
  let i: usize = 0;
  for (; i + 32 <= bytes; i += 32) {
    const first = v128.load(w + i);
    const second = v128.load(w + i, 16);
    v128.store(w + i, f32x4.sub(first, f32x4.mul(first, share)));
    v128.store(w + i, f32x4.sub(second, f32x4.mul(second, share)), 16);
  }
  if (i < bytes) {
    const weight = v128.load(w + i);
    v128.store(w + i, f32x4.sub(weight, f32x4.mul(weight, share)));
  }
}

/**
 * The running average of weights: a = momentum · a + (1 − momentum) · w, and w = a where `overwrite` is not 0.
 * scalars = [momentum, overwrite]; a w [count]; count is a multiple of 4.
 */
export function averageWeights(a: usize, w: usize, count: usize, scalars: usize): void {
  const momentum = v128.load32_splat(scalars);
  const rest = f32x4.sub(f32x4.splat(1), momentum);
  const overwrite = load<f32>(scalars, 4) != 0;
  const bytes = count * F32;
  for (let i: usize = 0; i < bytes; i += 16) {
    const average = flushed(f32x4.add(f32x4.mul(momentum, v128.load(a + i)), f32x4.mul(rest, v128.load(w + i))));
    v128.store(a + i, average);
    if (overwrite) v128.store(w + i, average);
  }
}
