// Rows of length 1.
import { F32 } from "./simd";

/** y = x · inverse, inverse = min(1 / √Σ x², limit) of each row: x y [N · rows, L], inverse [N · rows]. Sums are f64. */
export function unitNormalization(
  y: usize, x: usize, inverse: usize, N: usize, rows: usize, L: usize, limit: f64,
): void {
  const rowBytes = L * F32;
  for (let row: usize = 0; row < N * rows; row++, x += rowBytes, y += rowBytes, inverse += F32) {
    let sum: f64 = 0;
    for (let i: usize = 0; i < rowBytes; i += F32) {
      const value = <f64>load<f32>(x + i);
      sum += value * value;
    }
    const factor = <f32>min<f64>(1 / sqrt<f64>(sum), limit);
    store<f32>(inverse, factor);
    for (let i: usize = 0; i < rowBytes; i += F32) store<f32>(y + i, load<f32>(x + i) * factor);
  }
}

/** The gradient of unitNormalization: dx = inverse · (dy − y · Σ dy · y), or inverse · dy at the limit; dx may be dy. */
export function unitNormalizationBackward(
  dx: usize, dy: usize, y: usize, inverse: usize, N: usize, rows: usize, L: usize, limit: f64,
): void {
  const rowBytes = L * F32;
  for (let row: usize = 0; row < N * rows; row++, dx += rowBytes, dy += rowBytes, y += rowBytes, inverse += F32) {
    const factor = load<f32>(inverse);
    let dot: f64 = 0;
    if (factor < <f32>limit) {
      for (let i: usize = 0; i < rowBytes; i += F32) dot += <f64>load<f32>(dy + i) * <f64>load<f32>(y + i);
    }
    const along = <f32>dot;
    for (let i: usize = 0; i < rowBytes; i += F32) {
      store<f32>(dx + i, (load<f32>(dy + i) - load<f32>(y + i) * along) * factor);
    }
  }
}
