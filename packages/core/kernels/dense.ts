// Fully connected layers.
import { copyRows, productGrid, tileColumns, tileGrid } from "./grid";
import { outerTile } from "./tile";
import { F32 } from "./simd";
import { TILE_COLUMNS, WIDE } from "./width";

/**
 * y[n,o] = max(low, bias[o] + Σ_i x[n,i] · w[i,o])
 *
 * x [N, I], bias [O], y [N, O]; w [I, O] unpacked (wStepBytes 4·O, wBlockBytes 32), or packed by packKernel
 * (wStepBytes 32, wBlockBytes 32·I). `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile. bias, and w where
 * it is not packed, are read up to 28 bytes past their end.
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
 * The gradient of denseForward with respect to its input:
 *
 *     dx[n,i] = Σ_o dy[n,o] · w[i,o]
 *
 * dx [N, I], dy [N, O], wt from packTransposed. `scratch` holds one tile.
 */
export function denseInputGradient(
  dx: usize, dy: usize, wt: usize, scratch: usize,
  N: usize, I: usize, O: usize,
): void {
  productGrid(dx, 0, dy, wt, scratch, N, I, O, -Infinity);
}

/** Columns of dy that are summed together: a cache line, so that dw is written in whole lines. */
const PANEL: usize = 16;

/**
 * The gradient of denseForward with respect to rows `first` … `last`−1 of its kernel, summed over the whole batch in order:
 *
 *     dw[i,o] = Σ_n x[n,i] · dy[n,o]
 *
 * x [N, I], dy [N, O], dw [I, O]. `scratch` holds one tile, `zeros` sixteen zeros, `panels` N·(last − first + 16)
 * floats: the current columns of x and of dy, which are far apart in memory. dy is read up to 60 bytes past its end.
 */
export function denseKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize, zeros: usize, panels: usize,
  N: usize, I: usize, O: usize, first: usize, last: usize,
): void {
  const dwBytes = O * F32;
  const xBytes = (last - first) * F32;
  const xPanel = panels + N * PANEL * F32;
  for (let n: usize = 0; n < N; n++) memory.copy(xPanel + n * xBytes, x + (n * I + first) * F32, xBytes);
  for (let o: usize = 0; o < O; o += PANEL) {
    for (let n: usize = 0; n < N; n++) {
      const from = dy + (n * O + o) * F32;
      const to = panels + n * PANEL * F32;
      for (let j: usize = 0; j < PANEL * F32; j += 16) v128.store(to + j, v128.load(from + j));
    }
    for (let i: usize = 0; i < last - first; i += 4) {
      const rows: usize = min<usize>(4, last - first - i);
      const panel = min(PANEL, O - o);
      for (let k: usize = 0, columns: usize = 0; k < panel; k += columns) {
        columns = tileColumns(panel - k);
        const out = dw + (first + i) * dwBytes + (o + k) * F32;
        const whole = rows == 4 && columns % 8 == 0;
        const to = whole ? out : scratch;
        const toBytes = whole ? dwBytes : TILE_COLUMNS * F32;
        const from = xPanel + i * F32;
        const by = panels + k * F32;
        const zero = f32x4.splat(0);
        if (WIDE && columns == 16) outerTile(to, toBytes, zeros, 0, from, by, 1, 0, N, xBytes, PANEL * F32, false, zero, true);
        else outerTile(to, toBytes, zeros, 0, from, by, 1, 0, N, xBytes, PANEL * F32, false, zero, false);
        if (!whole) copyRows(out, dwBytes, to, toBytes, rows, columns);
      }
    }
  }
}
