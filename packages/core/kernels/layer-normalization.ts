// Layer normalization: each of N · rows rows of L values by its own mean and variance. x y dy dx are [N, rows, L],
// statistics [N, rows, 2] (mean, 1 / √(variance + epsilon)), gamma and beta [L]. Without `hasGamma`, γ is 1 and not
// read. Sums of a row are f64.
import { F32, madd } from "./simd";
import { high, low } from "./wide-math";

/** The sum of both halves. */
// @ts-ignore: decorator
@inline
function total(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

// @ts-ignore: decorator
@inline
function addWide(sums: v128, values: v128): v128 {
  return f64x2.add(sums, f64x2.add(low(values), high(values)));
}

/** y = (x − mean) / √(variance + epsilon) · γ + β; fills `statistics`. */
export function layerNormalization(
  y: usize, x: usize, statistics: usize, gamma: usize, beta: usize,
  N: usize, rows: usize, L: usize, epsilon: f64, hasGamma: u32,
): void {
  const rowBytes = L * F32;
  for (let row: usize = 0; row < N * rows; row++, x += rowBytes, y += rowBytes, statistics += 2 * F32) {
    const mean = rowMean(x, L);
    const inverse = <f32>(1 / sqrt(rowVariance(x, L, mean) + epsilon));
    store<f32>(statistics, mean);
    store<f32>(statistics + F32, inverse);
    const middle = f32x4.splat(mean);
    const factor = f32x4.splat(inverse);
    let i: usize = 0;
    for (; i + 16 <= rowBytes; i += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), middle), factor);
      const bent = hasGamma ? f32x4.mul(normal, v128.load(gamma + i)) : normal;
      v128.store(y + i, f32x4.add(bent, v128.load(beta + i)));
    }
    for (; i < rowBytes; i += F32) {
      const normal = (load<f32>(x + i) - mean) * inverse;
      store<f32>(y + i, (hasGamma ? normal * load<f32>(gamma + i) : normal) + load<f32>(beta + i));
    }
  }
}

function rowMean(x: usize, L: usize): f32 {
  let sums = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 4 <= L; i += 4) sums = addWide(sums, v128.load(x + i * F32));
  let sum = total(sums);
  for (; i < L; i++) sum += <f64>load<f32>(x + i * F32);
  return <f32>(sum / <f64>L);
}

function rowVariance(x: usize, L: usize, mean: f32): f64 {
  const middle = f32x4.splat(mean);
  let sums = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 4 <= L; i += 4) {
    const away = f32x4.sub(v128.load(x + i * F32), middle);
    sums = addWide(sums, f32x4.mul(away, away));
  }
  let sum = total(sums);
  for (; i < L; i++) {
    const away = load<f32>(x + i * F32) - mean;
    sum += <f64>(away * away);
  }
  return sum / <f64>L;
}

/** The gradients of γ and β: dgamma += Σ dy · x̂ and dbeta += Σ dy over the rows, with x̂ = (x − mean) · inverse. */
export function layerNormalizationGradient(
  dgamma: usize, dbeta: usize, dy: usize, x: usize, statistics: usize, N: usize, rows: usize, L: usize,
): void {
  const rowBytes = L * F32;
  for (let row: usize = 0; row < N * rows; row++, x += rowBytes, dy += rowBytes, statistics += 2 * F32) {
    const mean = load<f32>(statistics);
    const inverse = load<f32>(statistics + F32);
    const middle = f32x4.splat(mean);
    const factor = f32x4.splat(inverse);
    let i: usize = 0;
    for (; i + 16 <= rowBytes; i += 16) {
      const g = v128.load(dy + i);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), middle), factor);
      v128.store(dgamma + i, madd(v128.load(dgamma + i), g, normal));
      v128.store(dbeta + i, f32x4.add(v128.load(dbeta + i), g));
    }
    for (; i < rowBytes; i += F32) {
      const g = load<f32>(dy + i);
      store<f32>(dgamma + i, load<f32>(dgamma + i) + g * ((load<f32>(x + i) - mean) * inverse));
      store<f32>(dbeta + i, load<f32>(dbeta + i) + g);
    }
  }
}

/** dx = inverse · (g − mean of g − x̂ · mean of g · x̂), the means over the row and g = dy · γ; dx may be dy. */
export function layerNormalizationBackward(
  dx: usize, dy: usize, x: usize, statistics: usize, gamma: usize, N: usize, rows: usize, L: usize, hasGamma: u32,
): void {
  const rowBytes = L * F32;
  for (
    let row: usize = 0; row < N * rows;
    row++, x += rowBytes, dy += rowBytes, dx += rowBytes, statistics += 2 * F32
  ) {
    const mean = load<f32>(statistics);
    const inverse = load<f32>(statistics + F32);
    const middle = f32x4.splat(mean);
    const factor = f32x4.splat(inverse);
    let plainSums = f64x2.splat(0);
    let weightedSums = plainSums;
    let i: usize = 0;
    for (; i + 16 <= rowBytes; i += 16) {
      const g = hasGamma ? f32x4.mul(v128.load(dy + i), v128.load(gamma + i)) : v128.load(dy + i);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), middle), factor);
      plainSums = addWide(plainSums, g);
      weightedSums = addWide(weightedSums, f32x4.mul(g, normal));
    }
    let plain = total(plainSums);
    let weighted = total(weightedSums);
    for (; i < rowBytes; i += F32) {
      const g = hasGamma ? load<f32>(dy + i) * load<f32>(gamma + i) : load<f32>(dy + i);
      plain += <f64>g;
      weighted += <f64>(g * ((load<f32>(x + i) - mean) * inverse));
    }
    const level = <f32>(plain / <f64>L);
    const tilt = <f32>(weighted / <f64>L);
    const levels = f32x4.splat(level);
    const tilts = f32x4.splat(tilt);
    i = 0;
    for (; i + 16 <= rowBytes; i += 16) {
      const g = hasGamma ? f32x4.mul(v128.load(dy + i), v128.load(gamma + i)) : v128.load(dy + i);
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), middle), factor);
      v128.store(dx + i, f32x4.mul(f32x4.sub(f32x4.sub(g, levels), f32x4.mul(normal, tilts)), factor));
    }
    for (; i < rowBytes; i += F32) {
      const g = hasGamma ? load<f32>(dy + i) * load<f32>(gamma + i) : load<f32>(dy + i);
      const normal = (load<f32>(x + i) - mean) * inverse;
      store<f32>(dx + i, (g - level - normal * tilt) * inverse);
    }
  }
}
