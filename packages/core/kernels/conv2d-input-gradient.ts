// The gradient of a convolution with respect to its input, gathered: every pixel of dx is written once.
import { packRows } from "./pack";
import { copyRows, tileColumns, tileGrid } from "./grid";
import { tile, wideTile } from "./tile";
import { F32 } from "./simd";
import { WIDE } from "./width";

// Along one axis a tap r takes part in input row i, counted with the padding, where r·dilation = i − p·stride for a
// row p of the output. So rows i that are equal modulo the stride, a phase, share their taps: every `step`-th one.
// A phase is a convolution of dy with stride 1 by those taps in reverse.

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
 * The kernel in the layout of conv2dInputGradient, for input channels `first` … `last`−1 (`first` a multiple of 8):
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
 * The gradient of conv2dForward with respect to its input:
 *
 *     dx[n,h,v,c] = Σ_{r,s,k} dy[n,p,q,k] · w[r,s,c,k]      p·strideH + r·dilationH = h + top, q and s likewise
 *
 * dx [N, H, W, C] without the padding of `top` rows and `left` columns; wt from inputGradientKernel. dy [N, P, Q, K] has
 * a border of zeros, which P and Q include: `borderH` rows and `borderW` columns before it, and as many after it as the
 * last input pixel reaches; `rowsH` of its rows and `columnsW` of its columns are not border.
 * `scratch` holds one tile, `zeros` 8·⌈C/8⌉ zeros.
 */
export function conv2dInputGradient(
  dx: usize, dy: usize, wt: usize, scratch: usize, zeros: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  top: usize, left: usize, borderH: usize, borderW: usize, rowsH: usize, columnsW: usize,
): void {
  const stepH = tapStep(strideH, dilationH);
  const stepW = tapStep(strideW, dilationW);
  const blockBytes = R * S * K * 32;
  const pixelBytes = K * F32;
  const rowBytes = Q * pixelBytes;
  // Rows and columns of dy from one tap of a phase to the next.
  const apartH = (stepH * dilationH) / strideH;
  const apartW = (stepW * dilationW) / strideW;
  const isRun = apartW == 1;
  // Without a border there are no taps to skip.
  const hasBorder = P != rowsH || Q != columnsW;
  for (let n: usize = 0; n < N; n += 4) {
    const images = min<usize>(4, N - n);
    let tap: usize = 0;
    for (let h: usize = 0; h < min(strideH, H); h++) {
      const r0 = firstTap(h + top, strideH, dilationH, stepH);
      const rows = countTaps(R, r0, stepH);
      const p = firstRow(h + top, r0 + (rows - 1) * stepH, strideH, dilationH, borderH);
      for (let v: usize = 0; v < strideW; v++) {
        const s0 = firstTap(v + left, strideW, dilationW, stepW);
        const columns = countTaps(S, s0, stepW);
        const q = firstRow(v + left, s0 + (columns - 1) * stepW, strideW, dilationW, borderW);
        const phaseRows = v < W ? (H - h + strideH - 1) / strideH : 0;
        const phaseColumns = (W - v + strideW - 1) / strideW;
        if (images == 4 && hasBorder) {
          fourImages(
            dx + ((n * H + h) * W + v) * C * F32, H * W * C * F32, strideH * W * C * F32, strideW * C * F32,
            dy + n * P * rowBytes, P * rowBytes, rowBytes, pixelBytes,
            wt + tap * K * 32, blockBytes,
            scratch, zeros,
            phaseRows, phaseColumns, C, K,
            p, rows, apartH, borderH, rowsH,
            q, columns, apartW, borderW, columnsW,
          );
        } else {
          for (let i = n; i < n + images; i++) {
            tileGrid(
              dx + ((i * H + h) * W + v) * C * F32, strideH * W * C * F32, strideW * C * F32,
              zeros,
              dy + (i * P + p) * rowBytes + q * pixelBytes, rowBytes, pixelBytes,
              wt + tap * K * 32, 32, blockBytes,
              scratch,
              phaseRows, phaseColumns, C,
              rows, apartH * rowBytes,
              isRun ? 1 : columns, apartW * pixelBytes,
              isRun ? columns * K : K,
              -Infinity,
            );
          }
        }
        tap += rows * columns;
      }
    }
  }
}

/**
 * A phase of four images. A tile takes the same pixel of each: the four share the taps that read dy and not its border,
 * and only those are summed: the rest would add zeros.
 */
function fourImages(
  dx: usize, dxImageBytes: usize, dxRowBytes: usize, dxPixelBytes: usize,
  dy: usize, imageBytes: usize, rowBytes: usize, pixelBytes: usize,
  w: usize, blockBytes: usize,
  scratch: usize, zeros: usize,
  H: usize, W: usize, C: usize, K: usize,
  p: usize, rows: usize, apartH: usize, borderH: usize, rowsH: usize,
  q: usize, columns: usize, apartW: usize, borderW: usize, columnsW: usize,
): void {
  const isRun = apartW == 1;
  for (let c: usize = 0, channels: usize = 0; c < C; c += channels) {
    channels = tileColumns(C - c);
    for (let h: usize = 0; h < H; h++) {
      const firstR = tapsBefore(borderH, p + h, apartH, rows);
      const lastR = tapsBefore(borderH + rowsH, p + h, apartH, rows);
      for (let v: usize = 0; v < W; v++) {
        const firstS = tapsBefore(borderW, q + v, apartW, columns);
        const taps = tapsBefore(borderW + columnsW, q + v, apartW, columns) - firstS;
        const x = dy + (p + h + firstR * apartH) * rowBytes + (q + v + firstS * apartW) * pixelBytes;
        const out = dx + h * dxRowBytes + v * dxPixelBytes + c * F32;
        const weights = w + (c / 8) * blockBytes + (firstR * columns + firstS) * K * 32;
        if (WIDE && channels == 16) {
          wideTile(
            out, dxImageBytes,
            zeros, 0,
            x, x + imageBytes, x + 2 * imageBytes, x + 3 * imageBytes,
            weights, blockBytes,
            lastR - firstR, apartH * rowBytes,
            isRun ? 1 : taps, apartW * pixelBytes,
            isRun ? taps * K : K, 32, (columns - taps) * K * 32,
            -Infinity,
          );
        } else {
          tile(
            channels == 8 ? out : scratch, channels == 8 ? dxImageBytes : 32,
            zeros, 0,
            x, x + imageBytes, x + 2 * imageBytes, x + 3 * imageBytes,
            weights,
            lastR - firstR, apartH * rowBytes,
            isRun ? 1 : taps, apartW * pixelBytes,
            isRun ? taps * K : K, 32, (columns - taps) * K * 32,
            -Infinity,
          );
        }
        if (channels < 8) copyRows(out, dxImageBytes, scratch, 32, 4, channels);
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
