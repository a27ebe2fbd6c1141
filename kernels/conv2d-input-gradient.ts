// The gradient of a convolution by its input, gathered: every pixel of dx is written once.
import { packRows } from "./pack";
import { tileGrid } from "./tile";
import { F32 } from "./simd";

// Along one axis a tap r takes part in input row i, counted with the padding, where r·dilation = i − p·stride for a
// row p of the output. So rows i that are equal modulo the stride, a phase, share their taps: every `step`-th one.
// A phase is a convolution with stride 1 of dy by those taps, turned round.

/** Taps r and r + step fall into one phase: step = stride / gcd(stride, dilation). */
export function tapStep(stride: usize, dilation: usize): usize {
  let a = stride;
  let b = dilation;
  while (b != 0) {
    const rest = a % b;
    a = b;
    b = rest;
  }
  return stride / a;
}

/** The first tap of input row i's phase; `step` where it has none. */
export function firstTap(i: usize, stride: usize, dilation: usize, step: usize): usize {
  let tap: usize = 0;
  while (tap < step && (tap * dilation) % stride != i % stride) tap++;
  return tap;
}

/** How many of `taps` there are from `first` on, every `step`-th. */
// @ts-ignore: decorator
@inline
export function countTaps(taps: usize, first: usize, step: usize): usize {
  return first < min(taps, step) ? (taps - first + step - 1) / step : 0;
}

/**
 * The kernel as conv2dInputGradient reads it, for input channels `first` … `last`−1 (`first` a multiple of 8):
 *
 *     wt[c / 8][tap][k][c % 8] = w[r,s,c,k]
 *
 * with the taps phase by phase, each phase's in descending order; zero past the last channel. w [R, S, C, K].
 */
export function inputGradientKernel(
  wt: usize, w: usize,
  C: usize, K: usize, R: usize, S: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize, top: usize, left: usize,
  first: usize, last: usize,
): void {
  const stepH = tapStep(strideH, dilationH);
  const stepW = tapStep(strideW, dilationW);
  const blockBytes = R * S * K * 32;
  let tap: usize = 0;
  for (let h: usize = 0; h < strideH; h++) {
    const r0 = firstTap(h + top, strideH, dilationH, stepH);
    const rows = countTaps(R, r0, stepH);
    for (let v: usize = 0; v < strideW; v++) {
      const s0 = firstTap(v + left, strideW, dilationW, stepW);
      const columns = countTaps(S, s0, stepW);
      for (let i = rows; i > 0; i--) {
        for (let j = columns; j > 0; j--, tap++) {
          const r = r0 + (i - 1) * stepH;
          const s = s0 + (j - 1) * stepW;
          for (let c = first; c < last; c += 8) {
            const to = wt + (c / 8) * blockBytes + tap * K * 32;
            packRows(to, w + ((r * S + s) * C + c) * K * F32, min<usize>(8, C - c), K);
          }
        }
      }
    }
  }
}

/**
 * The gradient of conv2dForward by its input:
 *
 *     dx[n,h,v,c] = Σ_{r,s,k} dy[n,p,q,k] · w[r,s,c,k]      p·strideH + r·dilationH = h + top, q and s likewise
 *
 * dx [N, H, W, C] without the padding, whose `top` rows and `left` columns came before; wt from inputGradientKernel.
 * dy [N, P, Q, K] stands in zeros: `borderH` rows and `borderW` columns before it, P and Q counted with them, and
 * as many behind as the last input pixel reaches; `rowsH` of its rows are not border. `scratch` holds one tile,
 * `zeros` 8·⌈C/8⌉ zeros.
 *
 * Taps whose whole row of dy is border are left out: they would add zeros.
 */
export function conv2dInputGradient(
  dx: usize, dy: usize, wt: usize, scratch: usize, zeros: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  top: usize, left: usize, borderH: usize, borderW: usize, rowsH: usize,
): void {
  const stepH = tapStep(strideH, dilationH);
  const stepW = tapStep(strideW, dilationW);
  const blockBytes = R * S * K * 32;
  const pixelBytes = K * F32;
  const rowBytes = Q * pixelBytes;
  // Rows and columns of dy from one tap of a phase to the next.
  const apartH = (stepH * dilationH) / strideH;
  const apartW = (stepW * dilationW) / strideW;
  for (let n: usize = 0; n < N; n++) {
    let tap: usize = 0;
    for (let h: usize = 0; h < min(strideH, H); h++) {
      const r0 = firstTap(h + top, strideH, dilationH, stepH);
      const rows = countTaps(R, r0, stepH);
      const p = firstRow(h + top, r0 + (rows - 1) * stepH, strideH, dilationH, borderH);
      for (let v: usize = 0; v < strideW; v++) {
        const s0 = firstTap(v + left, strideW, dilationW, stepW);
        const columns = countTaps(S, s0, stepW);
        const q = firstRow(v + left, s0 + (columns - 1) * stepW, strideW, dilationW, borderW);
        const isRun = apartW == 1;
        const phaseRows = v < W ? (H - h + strideH - 1) / strideH : 0;
        let row: usize = 0;
        while (row < phaseRows) {
          const start = tapsBefore(borderH, p + row, apartH, rows);
          const end = tapsBefore(borderH + rowsH, p + row, apartH, rows);
          // Rows with the same taps go together.
          let next = row + 1;
          while (
            next < phaseRows &&
            tapsBefore(borderH, p + next, apartH, rows) == start &&
            tapsBefore(borderH + rowsH, p + next, apartH, rows) == end
          ) next++;
          tileGrid(
            dx + ((n * H + h + row * strideH) * W + v) * C * F32, strideH * W * C * F32, strideW * C * F32,
            zeros,
            dy + (n * P + p + row + start * apartH) * rowBytes + q * pixelBytes, rowBytes, pixelBytes,
            wt + (tap + start * columns) * K * 32, 32, blockBytes,
            scratch,
            next - row, (W - v + strideW - 1) / strideW, C,
            end - start, apartH * rowBytes,
            isRun ? 1 : columns, apartW * pixelBytes,
            isRun ? columns * K : K,
            -Infinity,
          );
          row = next;
        }
        tap += rows * columns;
      }
    }
  }
}

/** How many of a phase's taps, which read the rows `first`, `first` + `apart` …, read one before row `border`. */
// @ts-ignore: decorator
@inline
function tapsBefore(border: usize, first: usize, apart: usize, taps: usize): usize {
  return border > first ? min<usize>((border - first + apart - 1) / apart, taps) : 0;
}

/** The row of dy that input row i takes by the last tap of its phase. */
// @ts-ignore: decorator
@inline
export function firstRow(i: usize, tap: usize, stride: usize, dilation: usize, border: usize): usize {
  return border + <usize>((<isize>i - <isize>(tap * dilation)) / <isize>stride);
}
