// Two-dimensional convolution over NHWC images that are already padded.
import { copyRows, tile, tileGrid } from "./tile";
import { F32 } from "./simd";

/**
 * y[n,p,q,k] = max(low, bias[k] + Σ_{r,s,c} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] · w[r,s,c,k])
 *
 * x [N, H, W, C], bias [K], y [N, P, Q, K]; w [R, S, C, K] as it is (wStepBytes 4·K, wBlockBytes 32), or packed by
 * packKernel (wStepBytes 32, wBlockBytes 32·R·S·C). `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile.
 * Where a tile hangs over the last channel, bias and an unpacked w are read up to 28 bytes past their end, and
 * those lanes are dropped.
 */
export function conv2dForward(
  y: usize, x: usize, w: usize, wStepBytes: usize, wBlockBytes: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  low: f32,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  // Without dilation a kernel row is one run of S·C floats in x.
  const isRun = dilationW == 1;
  for (let n: usize = 0; n < N; n++) {
    tileGrid(
      y + n * P * Q * K * F32, Q * K * F32, K * F32,
      bias,
      x + n * H * rowBytes, strideH * rowBytes, strideW * pixelBytes,
      w, wStepBytes, wBlockBytes,
      scratch,
      P, Q, K,
      R, dilationH * rowBytes,
      isRun ? 1 : S, dilationW * pixelBytes,
      isRun ? S * C : C,
      low,
    );
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
          Q, strideW * C * F32, kBytes, 0,
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

/** reluBackward, then biasGradient, in one pass: dy = 0 where y ≤ 0; db[k] += Σ_{n,i} dy[n,i,k]. All [N, rows, K]. */
export function reluBiasGradient(db: usize, dy: usize, y: usize, N: usize, rows: usize, K: usize): void {
  const end = dy + N * rows * K * F32;
  const zero = f32x4.splat(0);
  let k: usize = 0;
  // Four sums at a time hide the latency of the additions.
  for (; k + 16 <= K; k += 16) {
    let a = v128.load(db + k * F32);
    let b = v128.load(db + k * F32, 16);
    let c = v128.load(db + k * F32, 32);
    let d = v128.load(db + k * F32, 48);
    let yAt = y + k * F32;
    for (let at = dy + k * F32; at < end; at += K * F32, yAt += K * F32) {
      let passed = v128.and(v128.load(at), f32x4.gt(v128.load(yAt), zero));
      v128.store(at, passed);
      a = f32x4.add(a, passed);
      passed = v128.and(v128.load(at, 16), f32x4.gt(v128.load(yAt, 16), zero));
      v128.store(at, passed, 16);
      b = f32x4.add(b, passed);
      passed = v128.and(v128.load(at, 32), f32x4.gt(v128.load(yAt, 32), zero));
      v128.store(at, passed, 32);
      c = f32x4.add(c, passed);
      passed = v128.and(v128.load(at, 48), f32x4.gt(v128.load(yAt, 48), zero));
      v128.store(at, passed, 48);
      d = f32x4.add(d, passed);
    }
    v128.store(db + k * F32, a);
    v128.store(db + k * F32, b, 16);
    v128.store(db + k * F32, c, 32);
    v128.store(db + k * F32, d, 48);
  }
  for (; k + 4 <= K; k += 4) {
    let sum = v128.load(db + k * F32);
    let yAt = y + k * F32;
    for (let at = dy + k * F32; at < end; at += K * F32, yAt += K * F32) {
      const passed = v128.and(v128.load(at), f32x4.gt(v128.load(yAt), zero));
      v128.store(at, passed);
      sum = f32x4.add(sum, passed);
    }
    v128.store(db + k * F32, sum);
  }
  for (; k < K; k++) {
    let sum = load<f32>(db + k * F32);
    let yAt = y + k * F32;
    for (let at = dy + k * F32; at < end; at += K * F32, yAt += K * F32) {
      const passed: f32 = load<f32>(yAt) > 0 ? load<f32>(at) : 0;
      store<f32>(at, passed);
      sum += passed;
    }
    store<f32>(db + k * F32, sum);
  }
}
