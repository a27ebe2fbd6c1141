// Depthwise convolution: each channel by its own window. Every array has K channels to a pixel; an input whose
// channels go into several outputs each is repeated first. Sums are of 4 pixels × 8 channels, whose weights are read once.
import { countTaps, firstRow, firstTap, tapStep } from "./conv2d-input-gradient";
import { copyRows } from "./grid";
import { F32, madd } from "./simd";

/**
 * y[n,p,q,k] = max(low, bias[k] + Σ_{r,s} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, k] · w[r,s,k])
 *
 * x [N, H, W, K] already padded, w [R, S, K], bias [K], y [N, P, Q, K]. `low` is 0 for ReLU, −∞ for none. `scratch`
 * holds one tile. x, w and bias are read up to 28 bytes past their end.
 */
export function depthwiseForward(
  y: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  low: f32,
): void {
  const pixelBytes = K * F32;
  const rowBytes = W * pixelBytes;
  for (let n: usize = 0; n < N; n++) {
    windows(
      y + n * P * Q * pixelBytes, Q * pixelBytes, pixelBytes,
      x + n * H * rowBytes, strideH * rowBytes, strideW * pixelBytes,
      w, bias, scratch,
      P, Q, K,
      R, dilationH * rowBytes, S * pixelBytes,
      S, dilationW * pixelBytes, pixelBytes,
      low,
    );
  }
}

/**
 * The gradient of depthwiseForward with respect to its input, gathered: every pixel of dx is written once.
 *
 *     dx[n,h,v,k] = Σ_{r,s} dy[n,p,q,k] · w[r,s,k]      p·strideH + r·dilationH = h + top, q and s likewise
 *
 * dx [N, H, W, K] without the padding of `top` rows and `left` columns. dy [N, P, Q, K] has a border of zeros as for
 * conv2dInputGradient, which P and Q include; `zeros` holds K + 8 zeros, `scratch` one tile. dy and w
 * are read up to 28 bytes past their end.
 */
export function depthwiseInputGradient(
  dx: usize, dy: usize, w: usize, zeros: usize, scratch: usize,
  N: usize, H: usize, W: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  top: usize, left: usize, borderH: usize, borderW: usize,
): void {
  const pixelBytes = K * F32;
  const rowBytes = Q * pixelBytes;
  const stepH = tapStep(strideH, dilationH);
  const stepW = tapStep(strideW, dilationW);
  // From one tap of a phase to the next, dy is read this many rows and columns earlier.
  const apartH = (stepH * dilationH) / strideH;
  const apartW = (stepW * dilationW) / strideW;
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < min(strideH, H); h++) {
      const r0 = firstTap(h + top, strideH, dilationH, stepH);
      const rows = countTaps(R, r0, stepH);
      const p = firstRow(h + top, r0, strideH, dilationH, borderH);
      for (let v: usize = 0; v < min(strideW, W); v++) {
        const s0 = firstTap(v + left, strideW, dilationW, stepW);
        const columns = countTaps(S, s0, stepW);
        const q = firstRow(v + left, s0, strideW, dilationW, borderW);
        windows(
          dx + ((n * H + h) * W + v) * pixelBytes, strideH * W * pixelBytes, strideW * pixelBytes,
          dy + n * P * rowBytes + p * rowBytes + q * pixelBytes, rowBytes, pixelBytes,
          w + (r0 * S + s0) * pixelBytes, zeros, scratch,
          (H - h + strideH - 1) / strideH, (W - v + strideW - 1) / strideW, K,
          rows, 0 - apartH * rowBytes, stepH * S * pixelBytes,
          columns, 0 - apartW * pixelBytes, stepW * pixelBytes,
          -Infinity,
        );
      }
    }
  }
}

/**
 * y[p,q,k] = max(low, bias[k] + Σ_{r < rows, s < columns} x[p, q, k; r, s] · w[r, s, k]) for P × Q pixels of K
 * channels. x and w advance by their own steps, in bytes, from pixel to pixel and from tap to tap.
 */
function windows(
  y: usize, yRowBytes: usize, yPixelBytes: usize,
  x: usize, xRowBytes: usize, xPixelBytes: usize,
  w: usize, bias: usize, scratch: usize,
  P: usize, Q: usize, K: usize,
  rows: usize, xTapRowBytes: usize, wTapRowBytes: usize,
  columns: usize, xTapBytes: usize, wTapBytes: usize,
  low: f32,
): void {
  const floor = f32x4.splat(low);
  for (let p: usize = 0; p < P; p++) {
    for (let q: usize = 0; q < Q; q += 4) {
      const pixels: usize = min<usize>(4, Q - q);
      const xQuad = x + p * xRowBytes + q * xPixelBytes;
      const yQuad = y + p * yRowBytes + q * yPixelBytes;
      // With fewer than four pixels left, the first fills the missing places.
      const step1 = pixels > 1 ? xPixelBytes : 0;
      const step2 = pixels > 2 ? 2 * xPixelBytes : 0;
      const step3 = pixels > 3 ? 3 * xPixelBytes : 0;
      for (let k: usize = 0; k < K; k += 8) {
        const kBytes = k * F32;
        let a0 = v128.load(bias + kBytes);
        let b0 = v128.load(bias + kBytes, 16);
        let a1 = a0;
        let b1 = b0;
        let a2 = a0;
        let b2 = b0;
        let a3 = a0;
        let b3 = b0;
        let xRow = xQuad + kBytes;
        let wRow = w + kBytes;
        for (let r: usize = 0; r < rows; r++, xRow += xTapRowBytes, wRow += wTapRowBytes) {
          let from = xRow;
          let weights = wRow;
          for (let s: usize = 0; s < columns; s++, from += xTapBytes, weights += wTapBytes) {
            const wa = v128.load(weights);
            const wb = v128.load(weights, 16);
            a0 = madd(a0, v128.load(from), wa);
            b0 = madd(b0, v128.load(from, 16), wb);
            a1 = madd(a1, v128.load(from + step1), wa);
            b1 = madd(b1, v128.load(from + step1, 16), wb);
            a2 = madd(a2, v128.load(from + step2), wa);
            b2 = madd(b2, v128.load(from + step2, 16), wb);
            a3 = madd(a3, v128.load(from + step3), wa);
            b3 = madd(b3, v128.load(from + step3, 16), wb);
          }
        }
        const channels: usize = min<usize>(8, K - k);
        const out = yQuad + kBytes;
        const whole = pixels == 4 && channels == 8;
        const stride: usize = whole ? yPixelBytes : 32;
        let o = whole ? out : scratch;
        v128.store(o, f32x4.max(a0, floor));
        v128.store(o, f32x4.max(b0, floor), 16);
        o += stride;
        v128.store(o, f32x4.max(a1, floor));
        v128.store(o, f32x4.max(b1, floor), 16);
        o += stride;
        v128.store(o, f32x4.max(a2, floor));
        v128.store(o, f32x4.max(b2, floor), 16);
        o += stride;
        v128.store(o, f32x4.max(a3, floor));
        v128.store(o, f32x4.max(b3, floor), 16);
        if (!whole) copyRows(out, yPixelBytes, scratch, 32, pixels, channels);
      }
    }
  }
}

/**
 * The gradient of depthwiseForward with respect to its kernel, added to `dw`:
 *
 *     dw[r,s,k] += Σ_{n,p,q} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, k] · dy[n,p,q,k]
 *
 * x [N, H, W, K] padded, dy [N, P, Q, K], dw [R, S, K]. `scratch` holds one tile. All are read up to 28 bytes past
 * their end. Three taps at a time share what they read of a row of dy.
 */
export function depthwiseKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize,
  N: usize, H: usize, W: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
): void {
  const pixelBytes = K * F32;
  const rowBytes = W * pixelBytes;
  const xStep = strideW * pixelBytes;
  const taps = R * S;
  for (let n: usize = 0; n < N; n++) {
    for (let p: usize = 0; p < P; p++) {
      const xFirst = x + n * H * rowBytes + p * strideH * rowBytes;
      const dyFirst = dy + (n * P + p) * Q * pixelBytes;
      for (let t: usize = 0; t < taps; t += 3) {
        const count: usize = min<usize>(3, taps - t);
        const x0 = tapOffset(t, S, rowBytes * dilationH, pixelBytes * dilationW);
        const x1 = count > 1 ? tapOffset(t + 1, S, rowBytes * dilationH, pixelBytes * dilationW) : x0;
        const x2 = count > 2 ? tapOffset(t + 2, S, rowBytes * dilationH, pixelBytes * dilationW) : x0;
        for (let k: usize = 0; k < K; k += 8) {
          const channels: usize = min<usize>(8, K - k);
          const out = dw + t * pixelBytes + k * F32;
          const whole = count == 3 && channels == 8;
          if (!whole) copyRows(scratch, 32, out, pixelBytes, count, channels);
          const sums = whole ? out : scratch;
          const stride: usize = whole ? pixelBytes : 32;
          let a0 = v128.load(sums);
          let b0 = v128.load(sums, 16);
          let a1 = v128.load(sums + stride);
          let b1 = v128.load(sums + stride, 16);
          let a2 = v128.load(sums + 2 * stride);
          let b2 = v128.load(sums + 2 * stride, 16);
          let from = xFirst + k * F32;
          let gradient = dyFirst + k * F32;
          for (let q: usize = 0; q < Q; q++, from += xStep, gradient += pixelBytes) {
            const da = v128.load(gradient);
            const db = v128.load(gradient, 16);
            a0 = madd(a0, v128.load(from + x0), da);
            b0 = madd(b0, v128.load(from + x0, 16), db);
            a1 = madd(a1, v128.load(from + x1), da);
            b1 = madd(b1, v128.load(from + x1, 16), db);
            a2 = madd(a2, v128.load(from + x2), da);
            b2 = madd(b2, v128.load(from + x2, 16), db);
          }
          v128.store(sums, a0);
          v128.store(sums, b0, 16);
          v128.store(sums + stride, a1);
          v128.store(sums + stride, b1, 16);
          v128.store(sums + 2 * stride, a2);
          v128.store(sums + 2 * stride, b2, 16);
          if (!whole) copyRows(out, pixelBytes, scratch, 32, count, channels);
        }
      }
    }
  }
}

/** The offset of tap t = (r, s) in x from the window's first pixel, in bytes. */
// @ts-ignore: decorator
@inline
function tapOffset(t: usize, S: usize, rowBytes: usize, pixelBytes: usize): usize {
  return (t / S) * rowBytes + (t % S) * pixelBytes;
}

/** y[i·times + j] = x[i] for j < times: x [N, count], y [N, count · times]. */
export function repeatChannels(y: usize, x: usize, N: usize, count: usize, times: usize): void {
  const end = x + N * count * F32;
  for (; x < end; x += F32) {
    const value = load<f32>(x);
    for (let j: usize = 0; j < times; j++, y += F32) store<f32>(y, value);
  }
}

/** The gradient of repeatChannels: dx[i] = Σ_{j < times} dy[i·times + j], j ascending. */
export function sumChannels(dx: usize, dy: usize, N: usize, count: usize, times: usize): void {
  const end = dx + N * count * F32;
  for (; dx < end; dx += F32) {
    let sum: f32 = 0;
    for (let j: usize = 0; j < times; j++, dy += F32) sum += load<f32>(dy);
    store<f32>(dx, sum);
  }
}
