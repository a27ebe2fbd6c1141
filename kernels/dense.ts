// Fully connected layers.
import { copyRows, productTile, tile, tileGrid, WIDE_COLUMNS, wideTile } from "./tile";
import { F32 } from "./simd";

/**
 * y[n,o] = max(low, bias[o] + Σ_i x[n,i] · w[i,o])
 *
 * x [N, I], bias [O], y [N, O]; w [I, O] as it is (wStepBytes 4·O, wBlockBytes 32), or packed by packKernel
 * (wStepBytes 32, wBlockBytes 32·I). `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile. bias, and w where
 * it is not packed, are read up to 28 bytes past their end.
 */
export function denseForward(
  y: usize, x: usize, w: usize, wStepBytes: usize, wBlockBytes: usize, bias: usize, scratch: usize,
  N: usize, I: usize, O: usize,
  low: f32,
): void {
  if (isWide(O)) {
    for (let n: usize = 0; n < N; n += 4) {
      const rows: usize = min<usize>(4, N - n);
      const x0 = x + n * I * F32;
      const rowBytes = I * F32;
      wideTile(
        scratch, bias,
        x0, x0 + min<usize>(1, rows - 1) * rowBytes, x0 + min<usize>(2, rows - 1) * rowBytes,
        x0 + (rows - 1) * rowBytes,
        w, I, F32, wStepBytes,
      );
      for (let i: usize = 0; i < rows; i++) {
        for (let o: usize = 0; o < O; o++) {
          store<f32>(y + ((n + i) * O + o) * F32, max<f32>(low, load<f32>(scratch + (i * WIDE_COLUMNS + o) * F32)));
        }
      }
    }
    return;
  }
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

/** Whether O columns fit a `wideTile` better than tiles of eight. */
// @ts-ignore: decorator
@inline
function isWide(O: usize): bool {
  return O > 8 && O <= WIDE_COLUMNS;
}

/** Rows of dy that stay in cache while every block of eight columns passes over them. */
const BLOCK_ROWS: usize = 256;

/**
 * The gradient of denseForward by its input:
 *
 *     dx[n,i] = Σ_o dy[n,o] · w[i,o]
 *
 * dx [N, I], dy [N, O], wt from packTransposed. `scratch` holds one tile.
 */
export function denseInputGradient(
  dx: usize, dy: usize, wt: usize, scratch: usize,
  N: usize, I: usize, O: usize,
): void {
  const dxBytes = I * F32;
  const dyBytes = O * F32;
  for (let first: usize = 0; first < N; first += BLOCK_ROWS) {
    const last = min<usize>(first + BLOCK_ROWS, N);
    for (let i: usize = 0; i < I; i += 8) {
      const columns: usize = min<usize>(8, I - i);
      for (let n = first; n < last; n += 4) {
        const rows: usize = min<usize>(4, last - n);
        const out = dx + n * dxBytes + i * F32;
        const whole = rows == 4 && columns == 8;
        const y0 = dy + n * dyBytes;
        productTile(
          whole ? out : scratch, whole ? dxBytes : 32,
          y0, y0 + min<usize>(1, rows - 1) * dyBytes, y0 + min<usize>(2, rows - 1) * dyBytes, y0 + (rows - 1) * dyBytes,
          wt + i * dyBytes,
          O,
        );
        if (!whole) copyRows(out, dxBytes, scratch, 32, rows, columns);
      }
    }
  }
}

/**
 * The gradient of denseForward by rows `first` … `last`−1 of its kernel, summed over the whole batch in order:
 *
 *     dw[i,o] = Σ_n x[n,i] · dy[n,o]
 *
 * x [N, I], dy [N, O], dw [I, O]. `scratch` holds one tile, `zeros` twelve zeros, `panels` N·(last − first + 8)
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
  if (isWide(O)) {
    for (let i: usize = 0; i < last - first; i += 4) {
      const rows: usize = min<usize>(4, last - first - i);
      const x0 = xPanel + i * F32;
      wideTile(
        scratch, zeros,
        x0, x0 + min<usize>(1, rows - 1) * F32, x0 + min<usize>(2, rows - 1) * F32, x0 + (rows - 1) * F32,
        dy,
        N, xBytes, dwBytes,
      );
      copyRows(dw + (first + i) * dwBytes, dwBytes, scratch, WIDE_COLUMNS * F32, rows, O);
    }
    return;
  }
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
        N, xBytes, 32, 0,
        -Infinity,
      );
      if (!whole) copyRows(out, dwBytes, scratch, 32, rows, columns);
    }
  }
}
