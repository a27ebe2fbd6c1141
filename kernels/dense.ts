// Fully connected layers.
import { copyRows, tile } from "./tile";
import { F32 } from "./simd";

/**
 * y[n,o] = max(low, bias[o] + Σ_i x[n,i] · w[i,o])
 *
 * x [N, I], w [I, O], bias [O], y [N, O]. `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile. bias and w
 * are read up to 28 bytes past their end. With `bias` a row of zeros and w transposed this is the gradient by x.
 */
export function denseForward(
  y: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, I: usize, O: usize,
  low: f32,
): void {
  const xBytes = I * F32;
  const yBytes = O * F32;
  for (let o: usize = 0; o < O; o += 8) {
    const columns: usize = min<usize>(8, O - o);
    for (let n: usize = 0; n < N; n += 4) {
      const rows: usize = min<usize>(4, N - n);
      const x0 = x + n * xBytes;
      const x1 = rows > 1 ? x0 + xBytes : x0;
      const x2 = rows > 2 ? x1 + xBytes : x1;
      const x3 = rows > 3 ? x2 + xBytes : x2;
      const out = y + n * yBytes + o * F32;
      const whole = rows == 4 && columns == 8;
      tile(
        whole ? out : scratch, whole ? yBytes : 32,
        bias + o * F32, 0,
        x0, x1, x2, x3,
        w + o * F32,
        1, 0, 1, 0,
        I, F32, yBytes,
        low,
      );
      if (!whole) copyRows(out, yBytes, scratch, 32, rows, columns);
    }
  }
}

/**
 * The gradient of denseForward by rows `first` … `last`−1 of its kernel, summed over the whole batch in order:
 *
 *     dw[i,o] = Σ_n x[n,i] · dy[n,o]
 *
 * x [N, I], dy [N, O], dw [I, O]. `scratch` holds one tile, `zeros` eight zeros. dy is read up to 28 bytes past
 * its end.
 */
export function denseKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize, zeros: usize,
  N: usize, I: usize, O: usize, first: usize, last: usize,
): void {
  const dwBytes = O * F32;
  for (let i = first; i < last; i += 4) {
    const rows: usize = min<usize>(4, last - i);
    const x0 = x + i * F32;
    const x1 = rows > 1 ? x0 + F32 : x0;
    const x2 = rows > 2 ? x1 + F32 : x1;
    const x3 = rows > 3 ? x2 + F32 : x2;
    for (let o: usize = 0; o < O; o += 8) {
      const columns: usize = min<usize>(8, O - o);
      const out = dw + i * dwBytes + o * F32;
      const whole = rows == 4 && columns == 8;
      tile(
        whole ? out : scratch, whole ? dwBytes : 32,
        zeros, 0,
        x0, x1, x2, x3,
        dy + o * F32,
        1, 0, 1, 0,
        N, I * F32, dwBytes,
        -Infinity,
      );
      if (!whole) copyRows(out, dwBytes, scratch, 32, rows, columns);
    }
  }
}
