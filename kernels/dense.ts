// Fully connected layers.
import { copyRows, productGrid } from "./grid";
import { outerTile } from "./tile";
import { WIDE_COLUMNS, wideTile } from "./wide-tile";
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
  productGrid(y, bias, 32, x, w, wStepBytes, wBlockBytes, scratch, N, O, I, low);
}

/** Whether O columns fit a `wideTile` better than tiles of eight. */
// @ts-ignore: decorator
@inline
function isWide(O: usize): bool {
  return O > 8 && O <= WIDE_COLUMNS;
}

/**
 * The gradient of denseForward by its input:
 *
 *     dx[n,i] = Σ_o dy[n,o] · w[i,o]
 *
 * dx [N, I], dy [N, O], wt from packTransposed. `scratch` holds one tile, `zeros` eight zeros.
 */
export function denseInputGradient(
  dx: usize, dy: usize, wt: usize, scratch: usize, zeros: usize,
  N: usize, I: usize, O: usize,
): void {
  productGrid(dx, zeros, 0, dy, wt, 32, O * 32, scratch, N, I, O, -Infinity);
}

/** Columns of dy that lie together while sums run over them: a cache line, so that dw is written in whole ones. */
const PANEL: usize = 16;

/**
 * The gradient of denseForward by rows `first` … `last`−1 of its kernel, summed over the whole batch in order:
 *
 *     dw[i,o] = Σ_n x[n,i] · dy[n,o]
 *
 * x [N, I], dy [N, O], dw [I, O]. `scratch` holds one tile, `zeros` twelve zeros, `panels` N·(last − first + 16)
 * floats: the columns at hand of x and of dy, which lie far apart in memory. dy is read up to 60 bytes past its end.
 */
export function denseKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize, zeros: usize, panels: usize,
  N: usize, I: usize, O: usize, first: usize, last: usize,
): void {
  const dwBytes = O * F32;
  const xBytes = (last - first) * F32;
  const xPanel = panels + N * PANEL * F32;
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
  for (let o: usize = 0; o < O; o += PANEL) {
    for (let n: usize = 0; n < N; n++) {
      const from = dy + (n * O + o) * F32;
      const to = panels + n * PANEL * F32;
      for (let j: usize = 0; j < PANEL * F32; j += 16) v128.store(to + j, v128.load(from + j));
    }
    for (let i: usize = 0; i < last - first; i += 4) {
      const rows: usize = min<usize>(4, last - first - i);
      for (let k: usize = 0; k < min(PANEL, O - o); k += 8) {
        const columns: usize = min<usize>(8, O - o - k);
        const out = dw + (first + i) * dwBytes + (o + k) * F32;
        const whole = rows == 4 && columns == 8;
        outerTile(
          whole ? out : scratch, whole ? dwBytes : 32,
          zeros, 0,
          xPanel + i * F32, panels + k * F32,
          1, 0,
          N, xBytes, PANEL * F32,
        );
        if (!whole) copyRows(out, dwBytes, scratch, 32, rows, columns);
      }
    }
  }
}
