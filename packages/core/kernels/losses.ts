// Losses of one element at a time, and accuracy. Each sample's elements are averaged in f64, in order.
import { logF32 } from "./math";
import { F32 } from "./simd";
import { exp, log1p } from "./wide-math";

/** Keras's epsilon: how close to 0 and 1 a probability may be when its logarithm is taken. */
const CLIP: f32 = 1e-7;

// The numbers are positions in `differenceLosses` of packages/core/src/ops/difference-loss.ts.
const SQUARED: u32 = 0;
const ABSOLUTE: u32 = 1;

/**
 * Binary cross-entropy, averaged over a sample's elements, with the gradient with respect to x. With t = (1 − smoothing) ·
 * target[n,k] + smoothing / 2, and the probability p = sigmoid(x[n,k]) where `logits` is 1, else x[n,k] clipped:
 *
 *     loss[n] = −Σ_k (t · ln p + (1 − t) · ln(1 − p)) / count
 *     dx[n,k] = (p − t) · scale / count            where `logits` is 1
 *             = (p − t) / (p · (1 − p)) · scale / count  else, 0 where x was clipped
 *
 * x target dx [N, count], loss [N]; `scale` points to one f32, 1 / batch size. If dx is 0, no gradient is computed.
 */
export function binaryCrossEntropy(
  loss: usize, dx: usize, x: usize, target: usize, scale: usize,
  N: usize, count: usize, smoothing: f32, logits: u32,
): void {
  const factor = <f64>load<f32>(scale) / <f64>count;
  for (let n: usize = 0; n < N; n++) {
    let sum: f64 = 0;
    for (let k: usize = 0; k < count; k++) {
      const at = (n * count + k) * F32;
      const t = <f64>load<f32>(target + at) * (1 - <f64>smoothing) + 0.5 * <f64>smoothing;
      const value = load<f32>(x + at);
      let slope: f64;
      if (logits) {
        // max(v, 0) − v · t + ln(1 + e^−|v|) is the loss, and nothing in it overflows.
        const v = <f64>value;
        const wideE = exp(f64x2.splat(-abs(v)));
        const e = f64x2.extract_lane(wideE, 0);
        sum += max(v, 0) - v * t + f64x2.extract_lane(log1p(wideE), 0);
        slope = (v < 0 ? e / (1 + e) : 1 / (1 + e)) - t;
      } else {
        const p = min<f32>(max<f32>(value, CLIP), 1 - CLIP);
        const rest: f32 = 1 - p;
        sum -= t * <f64>logF32(p) + (1 - t) * <f64>logF32(rest);
        slope = p == value ? (<f64>p - t) / (<f64>p * <f64>rest) : 0;
      }
      if (dx) store<f32>(dx + at, <f32>(slope * factor));
    }
    store<f32>(loss + n * F32, <f32>(sum / <f64>count));
  }
}

/**
 * A function f of the difference d = x[n,k] − target[n,k], averaged over a sample's elements, with the gradient with respect to x:
 *
 *     loss[n] = Σ_k f(d) / count
 *     dx[n,k] = f′(d) · scale / count
 *
 * f(d) = d² for kind 0, |d| for kind 1, and for kind 2 ½d² where |d| ≤ delta, else delta · |d| − ½delta².
 * Operands as in binaryCrossEntropy.
 */
export function differenceLoss(
  loss: usize, dx: usize, x: usize, target: usize, scale: usize,
  N: usize, count: usize, kind: u32, delta: f32,
): void {
  const factor = <f64>load<f32>(scale) / <f64>count;
  const bend = <f64>delta;
  for (let n: usize = 0; n < N; n++) {
    let sum: f64 = 0;
    for (let k: usize = 0; k < count; k++) {
      const at = (n * count + k) * F32;
      const d = <f64>load<f32>(x + at) - <f64>load<f32>(target + at);
      const size = abs(d);
      const sign: f64 = d > 0 ? 1 : d < 0 ? -1 : d;
      let slope: f64;
      if (kind == SQUARED) {
        sum += d * d;
        slope = 2 * d;
      } else if (kind == ABSOLUTE) {
        sum += size;
        slope = sign;
      } else if (size <= bend) {
        sum += 0.5 * d * d;
        slope = d;
      } else {
        sum += bend * size - 0.5 * bend * bend;
        slope = bend * sign;
      }
      if (dx) store<f32>(dx + at, <f32>(slope * factor));
    }
    store<f32>(loss + n * F32, <f32>(sum / <f64>count));
  }
}

/**
 * The share of a sample's answers that are right. For K > 1 an answer is a row of x: right where its largest value,
 * the first of equals, is where the target's is. For K = 1 it is an element: right where target = (x > threshold).
 * x target [N, rows, K], correct [N].
 */
export function accuracy(
  correct: usize, x: usize, target: usize, N: usize, rows: usize, K: usize, threshold: f32,
): void {
  for (let n: usize = 0; n < N; n++) {
    let right: f64 = 0;
    for (let row: usize = 0; row < rows; row++) {
      const at = (n * rows + row) * K * F32;
      if (K > 1) right += <f64>u32(largest(x + at, K) == largest(target + at, K));
      else right += <f64>u32(load<f32>(target + at) == <f32>u32(load<f32>(x + at) > threshold));
    }
    store<f32>(correct + n * F32, <f32>(right / <f64>rows));
  }
}

/** The index of the largest of x[0..K); the first of equals. */
export function largest(x: usize, K: usize): usize {
  let at: usize = 0;
  for (let k: usize = 1; k < K; k++) if (load<f32>(x + k * F32) > load<f32>(x + at * F32)) at = k;
  return at;
}
