// Fully connected layers.
import { copyRows, tile, tileGrid } from "./tile";
import { F32 } from "./simd";

/**
 * y[n,o] = max(low, bias[o] + Σ_i x[n,i] · w[i,o])
 *
 * x [N, I], bias [O], y [N, O]; w [I, O] as it is (wStepBytes 4·O, wBlockBytes 32), or packed by packKernel
 * (wStepBytes 32, wBlockBytes 32·I). `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile. bias, and w where
 * it is not packed, are read up to 28 bytes past their end. With `bias` a row of zeros and w from packTransposed
 * this is the gradient by x.
 */
export function denseForward(
  y: usize, x: usize, w: usize, wStepBytes: usize, wBlockBytes: usize, bias: usize, scratch: usize,
  N: usize, I: usize, O: usize,
  low: f32,
): void {
  tileGrid(
    y, N * O * F32, O * F32,
    bias,
    x, 0, I * F32,
    w, wStepBytes, wBlockBytes,
    scratch,
    1, N, O,
    1, 0, 1, 0,
    I,
    low,
  );
}

/**
 * The gradient of denseForward by rows `first` … `last`−1 of its kernel, summed over the whole batch in order:
 *
 *     dw[i,o] = Σ_n x[n,i] · dy[n,o]
 *
 * x [N, I], dy [N, O], dw [I, O]. `scratch` holds one tile, `zeros` eight zeros, `panels` N·(last − first + 8)
 * floats: the columns at hand of x and of dy, which lie far apart in memory. dy is read up to 28 bytes past its end.
 */
export function denseKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize, zeros: usize, panels: usize,
  N: usize, I: usize, O: usize, first: usize, last: usize,
): void {
  const dwBytes = O * F32;
  const xBytes = (last - first) * F32;
  const xPanel = panels + N * 32;
  for (let n: usize = 0; n < N; n++) memory.copy(xPanel + n * xBytes, x + (n * I + first) * F32, xBytes);
  for (let o: usize = 0; o < O; o += 8) {
    const columns: usize = min<usize>(8, O - o);
    for (let n: usize = 0; n < N; n++) {
      const from = dy + (n * O + o) * F32;
      v128.store(panels + n * 32, v128.load(from));
      v128.store(panels + n * 32, v128.load(from, 16), 16);
    }
    for (let i: usize = 0; i < last - first; i += 4) {
      const rows: usize = min<usize>(4, last - first - i);
      const x0 = xPanel + i * F32;
      const x1 = rows > 1 ? x0 + F32 : x0;
      const x2 = rows > 2 ? x1 + F32 : x1;
      const x3 = rows > 3 ? x2 + F32 : x2;
      const out = dw + (first + i) * dwBytes + o * F32;
      const whole = rows == 4 && columns == 8;
      tile(
        whole ? out : scratch, whole ? dwBytes : 32,
        zeros, 0,
        x0, x1, x2, x3,
        panels,
        1, 0, 1, 0,
        N, xBytes, 32,
        -Infinity,
      );
      if (!whole) copyRows(out, dwBytes, scratch, 32, rows, columns);
    }
  }
}
