// Two-dimensional convolution over NHWC images that are already padded.
import { copyRows, tile } from "./tile";
import { F32 } from "./simd";

/**
 * y[n,p,q,k] = max(low, bias[k] + Σ_{r,s,c} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] · w[r,s,c,k])
 *
 * x [N, H, W, C], w [R, S, C, K], bias [K], y [N, P, Q, K]. `low` is 0 for ReLU, −∞ for none.
 * `scratch` holds one tile. Where a tile hangs over the last channel, bias and w are read up to 28 bytes
 * past their end, and those lanes are dropped.
 */
export function conv2dForward(
  y: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  low: f32,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const columnStepBytes = strideW * pixelBytes;
  // Without dilation a kernel row is one run of S·C floats in x.
  const contiguous = dilationW == 1;
  const segments: usize = contiguous ? 1 : S;
  const length: usize = contiguous ? S * C : C;
  const kBytes = K * F32;

  for (let n: usize = 0; n < N; n++) {
    for (let p: usize = 0; p < P; p++) {
      const xRow = x + (n * H + p * strideH) * rowBytes;
      const yRow = y + (n * P + p) * Q * kBytes;
      for (let k: usize = 0; k < K; k += 8) {
        const columns: usize = min<usize>(8, K - k);
        for (let q: usize = 0; q < Q; q += 4) {
          const rows: usize = min<usize>(4, Q - q);
          const x0 = xRow + q * columnStepBytes;
          // Past the right edge the last pixels are computed again and dropped.
          const x1 = rows > 1 ? x0 + columnStepBytes : x0;
          const x2 = rows > 2 ? x1 + columnStepBytes : x1;
          const x3 = rows > 3 ? x2 + columnStepBytes : x2;
          const out = yRow + q * kBytes + k * F32;
          const whole = rows == 4 && columns == 8;
          tile(
            whole ? out : scratch, whole ? kBytes : 32,
            bias + k * F32, 0,
            x0, x1, x2, x3,
            w + k * F32,
            R, dilationH * rowBytes,
            segments, dilationW * pixelBytes,
            length, F32, kBytes,
            low,
          );
          if (!whole) copyRows(out, kBytes, scratch, 32, rows, columns);
        }
      }
    }
  }
}

/**
 * The gradient of conv2dForward by its kernel, added to what `dw` holds:
 *
 *     dw[r,s,c,k] += Σ_{n,p,q} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] · dy[n,p,q,k]
 *
 * x [N, H, W, C], dy [N, P, Q, K], dw [R, S, C, K]. `scratch` holds one tile.
 */
export function conv2dKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
): void {
  const rowBytes = W * C * F32;
  const kBytes = K * F32;
  const taps = R * S * C;
  for (let n: usize = 0; n < N; n++) {
    const xSample = x + n * H * rowBytes;
    const dySample = dy + n * P * Q * kBytes;
    for (let t: usize = 0; t < taps; t += 4) {
      const rows: usize = min<usize>(4, taps - t);
      const x0 = xSample + tapOffset(t, S, C, W, dilationH, dilationW);
      const x1 = rows > 1 ? xSample + tapOffset(t + 1, S, C, W, dilationH, dilationW) : x0;
      const x2 = rows > 2 ? xSample + tapOffset(t + 2, S, C, W, dilationH, dilationW) : x0;
      const x3 = rows > 3 ? xSample + tapOffset(t + 3, S, C, W, dilationH, dilationW) : x0;
      for (let k: usize = 0; k < K; k += 8) {
        const columns: usize = min<usize>(8, K - k);
        const out = dw + t * kBytes + k * F32;
        const whole = rows == 4 && columns == 8;
        if (!whole) copyRows(scratch, 32, out, kBytes, rows, columns);
        const target = whole ? out : scratch;
        const stride: usize = whole ? kBytes : 32;
        tile(
          target, stride,
          target, stride,
          x0, x1, x2, x3,
          dySample + k * F32,
          P, strideH * rowBytes,
          1, 0,
          Q, strideW * C * F32, kBytes,
          -Infinity,
        );
        if (!whole) copyRows(out, kBytes, scratch, 32, rows, columns);
      }
    }
  }
}

/** Where tap t = (r, s, c) of the kernel lies in x, from the window's first pixel, in bytes. */
// @ts-ignore: decorator
@inline
function tapOffset(t: usize, S: usize, C: usize, W: usize, dilationH: usize, dilationW: usize): usize {
  const c = t % C;
  const s = (t / C) % S;
  const r = t / (C * S);
  return ((r * dilationH * W + s * dilationW) * C + c) * F32;
}

/** db[k] += Σ_{n,i} dy[n,i,k]: dy [N, rows, K], db [K]. */
export function biasGradient(db: usize, dy: usize, N: usize, rows: usize, K: usize): void {
  const end = dy + N * rows * K * F32;
  let k: usize = 0;
  for (; k + 4 <= K; k += 4) {
    let sum = v128.load(db + k * F32);
    for (let at = dy + k * F32; at < end; at += K * F32) sum = f32x4.add(sum, v128.load(at));
    v128.store(db + k * F32, sum);
  }
  for (; k < K; k++) {
    let sum = load<f32>(db + k * F32);
    for (let at = dy + k * F32; at < end; at += K * F32) sum += load<f32>(at);
    store<f32>(db + k * F32, sum);
  }
}

/**
 * The kernel that turns the input gradient of a stride-1 convolution into a convolution itself:
 * wt[r,s,k,c] = w[R-1-r, S-1-s, c, k].
 */
export function flipKernel(wt: usize, w: usize, R: usize, S: usize, C: usize, K: usize): void {
  for (let r: usize = 0; r < R; r++) {
    for (let s: usize = 0; s < S; s++) {
      const from = w + ((R - 1 - r) * S + (S - 1 - s)) * C * K * F32;
      transpose(wt + (r * S + s) * K * C * F32, from, C, K);
    }
  }
}

/** to[j,i] = from[i,j]: from [rows, columns]. */
export function transpose(to: usize, from: usize, rows: usize, columns: usize): void {
  for (let i: usize = 0; i < rows; i++) {
    for (let j: usize = 0; j < columns; j++) {
      store<f32>(to + (j * rows + i) * F32, load<f32>(from + (i * columns + j) * F32));
    }
  }
}

/**
 * The gradient of conv2dForward by its input, for any stride:
 *
 *     dx[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] += dy[n,p,q,k] · w[r,s,c,k]
 *
 * dx [N, H, W, C] is overwritten, wt [K, R, S, C], dy [N, P, Q, K]. Zeros of dy are skipped.
 */
export function conv2dInputGradient(
  dx: usize, dy: usize, wt: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  memory.fill(dx, 0, N * H * rowBytes);
  let g = dy;
  for (let n: usize = 0; n < N; n++) {
    for (let p: usize = 0; p < P; p++) {
      for (let q: usize = 0; q < Q; q++) {
        const window = dx + (n * H + p * strideH) * rowBytes + q * strideW * pixelBytes;
        for (let k: usize = 0; k < K; k++, g += F32) {
          const gradient = load<f32>(g);
          if (gradient == 0) continue;
          let weights = wt + k * R * S * pixelBytes;
          for (let r: usize = 0; r < R; r++) {
            for (let s: usize = 0; s < S; s++) {
              addScaled(window + r * dilationH * rowBytes + s * dilationW * pixelBytes, weights, gradient, C);
              weights += pixelBytes;
            }
          }
        }
      }
    }
  }
}

/** y[i] += x[i] · scale, i < count. */
// @ts-ignore: decorator
@inline
function addScaled(y: usize, x: usize, scale: f32, count: usize): void {
  const factor = f32x4.splat(scale);
  const end = y + count * F32;
  while (y + 16 <= end) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(v128.load(x), factor)));
    y += 16;
    x += 16;
  }
  while (y < end) {
    store<f32>(y, load<f32>(y) + load<f32>(x) * scale);
    y += F32;
    x += F32;
  }
}
