// Optimizer steps in one pass over weights and state. `scalars` points to the step's f32 numbers, which the
// optimizer's class computes; the first is always the one that contains the learning rate.
import { F32 } from "./simd";

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
  for (let i: usize = 0; i < bytes; i += 16) {
    const gradient = v128.load(g + i);
    let mean = v128.load(m + i);
    let square = v128.load(v + i);
    mean = f32x4.add(mean, f32x4.mul(f32x4.sub(gradient, mean), rest1));
    square = f32x4.add(square, f32x4.mul(f32x4.sub(f32x4.mul(gradient, gradient), square), rest2));
    const divisor = amsgrad ? f32x4.max(v128.load(h + i), square) : square;
    v128.store(m + i, mean);
    v128.store(v + i, square);
    if (amsgrad) v128.store(h + i, divisor);
    const step = f32x4.div(f32x4.mul(alpha, mean), f32x4.add(f32x4.sqrt(divisor), epsilon));
    v128.store(w + i, f32x4.sub(v128.load(w + i), step));
  }
}

/** Plain gradient descent: w −= rate · g. scalars = [rate]; w g [count]; count is a multiple of 4. */
export function sgd(w: usize, g: usize, count: usize, scalars: usize): void {
  const rate = v128.load32_splat(scalars);
  const bytes = count * F32;
  for (let i: usize = 0; i < bytes; i += 16) {
    v128.store(w + i, f32x4.sub(v128.load(w + i), f32x4.mul(rate, v128.load(g + i))));
  }
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
  for (let i: usize = 0; i < bytes; i += 16) {
    const push = f32x4.mul(rate, v128.load(g + i));
    const velocity = f32x4.sub(f32x4.mul(momentum, v128.load(v + i)), push);
    v128.store(v + i, velocity);
    const step = nesterov ? f32x4.sub(f32x4.mul(momentum, velocity), push) : velocity;
    v128.store(w + i, f32x4.add(v128.load(w + i), step));
  }
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
    const square = f32x4.add(f32x4.mul(rho, v128.load(v + i)), f32x4.mul(rest, f32x4.mul(gradient, gradient)));
    v128.store(v + i, square);
    let spread = square;
    if (centered) {
      const mean = f32x4.add(f32x4.mul(rho, v128.load(a + i)), f32x4.mul(rest, gradient));
      v128.store(a + i, mean);
      spread = f32x4.sub(square, f32x4.mul(mean, mean));
    }
    let step = f32x4.div(f32x4.mul(rate, gradient), f32x4.sqrt(f32x4.add(spread, epsilon)));
    if (momentum) {
      step = f32x4.add(f32x4.mul(share, v128.load(u + i)), step);
      v128.store(u + i, step);
    }
    v128.store(w + i, f32x4.sub(v128.load(w + i), step));
  }
}

/** Weight decay: w −= w · decay · rate. scalars = [rate]; w [count]; count is a multiple of 4. */
export function decayWeights(w: usize, count: usize, scalars: usize, decay: f32): void {
  const share = f32x4.splat(load<f32>(scalars) * decay);
  const bytes = count * F32;
  for (let i: usize = 0; i < bytes; i += 16) {
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
    const average = f32x4.add(f32x4.mul(momentum, v128.load(a + i)), f32x4.mul(rest, v128.load(w + i)));
    v128.store(a + i, average);
    if (overwrite) v128.store(w + i, average);
  }
}
