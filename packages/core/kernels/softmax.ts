// Softmax, and its cross-entropy with the gradient in one.
import { largest } from "./losses";
import { expF32, logF32 } from "./math";
import { F32 } from "./simd";

/** y[i,k] = e^(x[i,k] − m) / Σ_k' e^(x[i,k'] − m), m the largest of x[i]: x y [N · rows, K]; y may be x. */
export function softmaxForward(y: usize, x: usize, N: usize, rows: usize, K: usize): void {
  for (let n: usize = 0; n < N * rows; n++) {
    const sum = exponentials(y + n * K * F32, x + n * K * F32, K);
    for (let k: usize = 0; k < K; k++) {
      const at = y + (n * K + k) * F32;
      store<f32>(at, load<f32>(at) / sum);
    }
  }
}

/** The gradient of softmaxForward: dx[i,k] = y[i,k] · (dy[i,k] − Σ_k' dy[i,k'] · y[i,k']); dx may be dy. */
export function softmaxBackward(dx: usize, dy: usize, y: usize, N: usize, rows: usize, K: usize): void {
  for (let n: usize = 0; n < N * rows; n++) {
    const row = n * K * F32;
    let dot: f32 = 0;
    for (let k: usize = 0; k < K; k++) dot += load<f32>(dy + row + k * F32) * load<f32>(y + row + k * F32);
    for (let k: usize = 0; k < K; k++) {
      const at = row + k * F32;
      store<f32>(dx + at, load<f32>(y + at) * (load<f32>(dy + at) - dot));
    }
  }
}

/**
 * Softmax and cross-entropy against one class a sample, with the gradient with respect to the logits. The target is 1 for the
 * label's class and 0 for the rest, moved towards 1/K for all by `smoothing`:
 *
 *     target[k] = (1 − smoothing) · (k = label[n]) + smoothing / K
 *     loss[n] = −Σ_k target[k] · ln softmax(x[n])[k]
 *     dx[n,k] = (softmax(x[n])[k] − target[k]) · scale
 *     correct[n] = 1 where the largest logit, the first of equals, is the label's; else 0
 *
 * x dx [N, K], label i32 [N], loss correct [N]; `scale` points to one f32, 1 / batch size. correct and dx may
 * be 0: then they are not computed.
 */
export function sparseCrossEntropy(
  loss: usize, correct: usize, dx: usize, x: usize, label: usize, scale: usize, scratch: usize,
  N: usize, K: usize, smoothing: f32,
): void {
  const others = smoothing / <f32>K;
  const factor = load<f32>(scale);
  for (let n: usize = 0; n < N; n++) {
    const row = x + n * K * F32;
    const target = <usize>load<i32>(label + n * F32);
    const top = largest(row, K);
    const sum = exponentials(scratch, row, K);
    // Relative to the largest logit, as the exponentials are.
    const best = load<f32>(row + top * F32);
    let total: f32 = 0;
    if (smoothing > 0) for (let k: usize = 0; k < K; k++) total += load<f32>(row + k * F32) - best;
    const aimed = (<f32>1 - smoothing) * (load<f32>(row + target * F32) - best) + others * total;
    store<f32>(loss + n * F32, logF32(sum) - aimed);
    if (correct) store<f32>(correct + n * F32, <f32>u32(top == target));
    if (!dx) continue;
    for (let k: usize = 0; k < K; k++) {
      const probability = load<f32>(scratch + k * F32) / sum;
      const wanted = k == target ? <f32>1 - smoothing + others : others;
      store<f32>(dx + (n * K + k) * F32, (probability - wanted) * factor);
    }
  }
}

/**
 * Softmax and cross-entropy against a distribution over the classes, t[k] = (1 − smoothing) · target[n,k] +
 * smoothing / K:
 *
 *     loss[n] = −Σ_k t[k] · ln softmax(x[n])[k]
 *     dx[n,k] = (softmax(x[n])[k] · Σ_k' t[k'] − t[k]) · scale
 *
 * target [N, K]; a sample is correct where the largest logit and the largest target are the same class.
 * The rest as in sparseCrossEntropy.
 */
export function categoricalCrossEntropy(
  loss: usize, correct: usize, dx: usize, x: usize, target: usize, scale: usize, scratch: usize,
  N: usize, K: usize, smoothing: f32,
): void {
  const others = smoothing / <f32>K;
  const rest = <f32>1 - smoothing;
  const factor = load<f32>(scale);
  for (let n: usize = 0; n < N; n++) {
    const row = x + n * K * F32;
    const wanted = target + n * K * F32;
    const top = largest(row, K);
    const sum = exponentials(scratch, row, K);
    const logSum = logF32(sum) + load<f32>(row + top * F32);
    let total: f32 = 0;
    let mass: f32 = 0;
    for (let k: usize = 0; k < K; k++) {
      const weight = rest * load<f32>(wanted + k * F32) + others;
      mass += weight;
      if (weight != 0) total += weight * (logSum - load<f32>(row + k * F32));
    }
    store<f32>(loss + n * F32, total);
    if (correct) store<f32>(correct + n * F32, <f32>u32(top == largest(wanted, K)));
    if (!dx) continue;
    for (let k: usize = 0; k < K; k++) {
      const probability = load<f32>(scratch + k * F32) / sum;
      store<f32>(dx + (n * K + k) * F32, (probability * mass - (rest * load<f32>(wanted + k * F32) + others)) * factor);
    }
  }
}

/** y[k] = e^(x[k] − the largest of x), and their sum. */
function exponentials(y: usize, x: usize, K: usize): f32 {
  const top = load<f32>(x + largest(x, K) * F32);
  let sum: f32 = 0;
  for (let k: usize = 0; k < K; k++) {
    const value = expF32(load<f32>(x + k * F32) - top);
    store<f32>(y + k * F32, value);
    sum += value;
  }
  return sum;
}
