// Two-dimensional convolution over NHWC images that are already padded.
import { finishPixels } from "./finish";
import { copyRows, tileColumns, tileGrid } from "./grid";
import { outerTileCalled, wideOuterTileCalled } from "./tile";
import { F32 } from "./simd";
import { TILE_COLUMNS, WIDE } from "./width";

/** About as many pixels stay in the cache until what follows has been done to them. */
const BAND_PIXELS: usize = 256;

/**
 * y[n,p,q,k] = max(low, bias[k] + Σ_{r,s,c} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] · w[r,s,c,k])
 *
 * or, where `scale` or `other` is not 0, what finishPixels makes of that without the bound.
 *
 * x [N, H, W, C], bias scale shift [K], y other [N, P, Q, K]; w [R, S, C, K] unpacked (wStepBytes 4·K, wBlockBytes 32), or packed by
 * packKernel (wStepBytes 32, wBlockBytes 32·R·S·C). `low` is 0 for ReLU, −∞ for none. `scratch` holds one tile.
 * Where a tile hangs over the last channel, bias and an unpacked w are read up to 28 bytes past their end, and
 * those lanes are dropped.
 */
export function conv2dForward(
  y: usize, x: usize, w: usize, wStepBytes: usize, wBlockBytes: usize, bias: usize,
  scale: usize, shift: usize, other: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
  low: f32,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const yRowBytes = Q * K * F32;
  // Without dilation a kernel row is one run of S·C floats in x.
  const isRun = dilationW == 1;
  // Pixels by themselves: the samples are one high image, for which weights are read once.
  const isPoint = R == 1 && S == 1 && strideH == 1 && strideW == 1;
  const images: usize = isPoint ? 1 : N;
  const rows = isPoint ? N * P : P;
  const finishes = scale != 0 || other != 0;
  // Rows of whole tiles of four pixels.
  const band = finishes ? max<usize>(4, (BAND_PIXELS / Q) & ~3) : rows;
  for (let n: usize = 0; n < images; n++) {
    for (let p: usize = 0; p < rows; p += band) {
      const now = min(band, rows - p);
      const offset = (n * rows + p) * yRowBytes;
      tileGrid(
        y + offset, yRowBytes, K * F32,
        bias,
        x + (n * H + p * strideH) * rowBytes, strideH * rowBytes, strideW * pixelBytes,
        w, wStepBytes, wBlockBytes,
        scratch,
        now, Q, K,
        R, dilationH * rowBytes,
        isRun ? 1 : S, dilationW * pixelBytes,
        isRun ? S * C : C,
        finishes ? -Infinity : low,
      );
      if (finishes) finishPixels(y + offset, scale, shift, other ? other + offset : 0, now * Q, K, low);
    }
  }
}

/**
 * The gradient of conv2dForward with respect to its kernel, added to `dw`:
 *
 *     dw[r,s,c,k] += Σ_{n,p,q} x[n, p·strideH + r·dilationH, q·strideW + s·dilationW, c] · dy[n,p,q,k]
 *
 * x [N, H, W, C], dy [N, P, Q, K], dw [R, S, C, K]. `scratch` holds one tile. x is read up to 12 bytes past its end.
 */
export function conv2dKernelGradient(
  dw: usize, x: usize, dy: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  strideH: usize, strideW: usize, dilationH: usize, dilationW: usize,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const kBytes = K * F32;
  // Taps that are contiguous in x: without dilation, a whole kernel row.
  const runs = dilationW == 1 ? R : R * S;
  const run = dilationW == 1 ? S * C : C;
  for (let n: usize = 0; n < N; n++) {
    for (let i: usize = 0; i < runs; i++) {
      const r: usize = dilationW == 1 ? i : i / S;
      const s: usize = dilationW == 1 ? 0 : i % S;
      const first = x + (n * H + r * dilationH) * rowBytes + s * dilationW * pixelBytes;
      for (let t: usize = 0; t < run; t += 4) {
        const rows: usize = min<usize>(4, run - t);
        for (let k: usize = 0, columns: usize = 0; k < K; k += columns) {
          columns = tileColumns(K - k);
          const out = dw + (i * run + t) * kBytes + k * F32;
          const whole = rows == 4 && columns % 8 == 0;
          const target = whole ? out : scratch;
          const stride = whole ? kBytes : TILE_COLUMNS * F32;
          if (!whole) copyRows(target, stride, out, kBytes, rows, columns);
          const taps = first + t * F32;
          const by = dy + n * P * Q * kBytes + k * F32;
          const xRowBytes = strideH * rowBytes;
          const xStepBytes = strideW * pixelBytes;
          if (WIDE && columns == 16) {
            wideOuterTileCalled(target, stride, target, stride, taps, by, P, xRowBytes, Q, xStepBytes, kBytes);
          } else {
            outerTileCalled(target, stride, target, stride, taps, by, P, xRowBytes, Q, xStepBytes, kBytes);
          }
          if (!whole) copyRows(out, kBytes, target, stride, rows, columns);
        }
      }
    }
  }
}

/** db[k] += Σ_{n,i} dy[n,i,k]: dy [N, rows, K], db [K]. */
export function biasGradient(db: usize, dy: usize, N: usize, rows: usize, K: usize): void {
  const end = dy + N * rows * K * F32;
  let k: usize = 0;
  for (; k + 8 <= K; k += 8) {
    let low = v128.load(db + k * F32);
    let high = v128.load(db + k * F32, 16);
    for (let at = dy + k * F32; at < end; at += K * F32) {
      low = f32x4.add(low, v128.load(at));
      high = f32x4.add(high, v128.load(at, 16));
    }
    v128.store(db + k * F32, low);
    v128.store(db + k * F32, high, 16);
  }
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
      const pa = v128.and(v128.load(at), f32x4.gt(v128.load(yAt), zero));
      const pb = v128.and(v128.load(at, 16), f32x4.gt(v128.load(yAt, 16), zero));
      v128.store(at, pa);
      v128.store(at, pb, 16);
      a = f32x4.add(a, pa);
      b = f32x4.add(b, pb);
      const pc = v128.and(v128.load(at, 32), f32x4.gt(v128.load(yAt, 32), zero));
      const pd = v128.and(v128.load(at, 48), f32x4.gt(v128.load(yAt, 48), zero));
      v128.store(at, pc, 32);
      v128.store(at, pd, 48);
      c = f32x4.add(c, pc);
      d = f32x4.add(d, pd);
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
