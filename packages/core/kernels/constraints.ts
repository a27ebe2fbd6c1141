// Constraints on a weight after each update.
import { F32 } from "./simd";

/** Keras's epsilon. */
const EPSILON: f64 = 1e-7;

/**
 * Scales the vectors of a weight to a norm, as Keras does: to `limit` if theirs is larger, or always to 1 if `unit` is
 * not 0:
 *
 *     w[o,·,k] *= desired / (norm + 1e-7)      desired = unit ? 1 : min(norm, limit)
 *
 * w [outer, rows, columns]; each vector runs along the rows.
 */
export function constrainNorm(w: usize, outer: usize, rows: usize, columns: usize, limit: f32, unit: u32): void {
  const stride = columns * F32;
  for (let o: usize = 0; o < outer; o++) {
    for (let k: usize = 0; k < columns; k++) {
      const first = w + (o * rows * columns + k) * F32;
      let sum: f64 = 0;
      for (let row: usize = 0; row < rows; row++) {
        const value = <f64>load<f32>(first + row * stride);
        sum += value * value;
      }
      const norm = sqrt(sum);
      const desired: f64 = unit ? 1 : min(norm, <f64>limit);
      const scale = <f32>(desired / (EPSILON + norm));
      for (let row: usize = 0; row < rows; row++) {
        const at = first + row * stride;
        store<f32>(at, load<f32>(at) * scale);
      }
    }
  }
}

/** w[i] = max(w[i], 0); w [count]. */
export function nonNegative(w: usize, count: usize): void {
  for (let i: usize = 0; i < count; i++) store<f32>(w + i * F32, max<f32>(load<f32>(w + i * F32), 0));
}
