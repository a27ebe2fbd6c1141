// Convolution with a 3×3 kernel by Winograd's minimal filtering F(4×4, 3×3): a tile of 4×4 outputs costs 36
// multiplications a channel pair instead of 144. Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (CVPR 2016). Exact in real arithmetic; in f32 within a few 1e-6 of the largest value.
//
//     U = G w Gᵀ      V = Bᵀ d B      M[f] = Σ_c V[f,c] · U[f,c]      y = Aᵀ M A        f = 0 … 35
import {
  inputTile, kernelTransform, output0, output1, output2, output3, outputColumns, outputTile, VALUE,
} from "./winograd-transforms";
import { bounded, finishPixels, tailOf } from "./finish";
import { copyRows, tileColumns } from "./grid";
import { productTile } from "./tile";
import { WIDE } from "./width";
import { F32, larger, madd } from "./simd";

/** Points of the transform: six by six. */
export const POINTS: usize = 36;

/**
 * The kernel in the transform's space, for output channels `first` … `last`−1 (`first` a multiple of 8):
 * u[f][k / 8][c][k % 8] from w [3, 3, C, K]. w is read up to 28 bytes past its end.
 */
export function winogradKernel(
  u: usize, w: usize, scratch: usize,
  C: usize, K: usize, first: usize, last: usize,
): void {
  const pointBytes = blockedChannels(K) * C * F32;
  const tapBytes = C * K * F32;
  for (let k = first; k < last; k += VALUE / F32) {
    for (let c: usize = 0; c < C; c++) {
      const source = w + (c * K + k) * F32;
      for (let s: usize = 0; s < 3; s++) {
        kernelTransform(scratch + s * VALUE, 3 * VALUE, source + s * tapBytes, 3 * tapBytes, WIDE);
      }
      kernelRows(u + ((k / 8) * C + c) * 32 + (k % 8) * F32, pointBytes, scratch);
    }
  }
}

/**
 * winogradKernel of the input gradient's kernel, which is rotated and has its channels swapped, for
 * input channels `first` … `last`−1: u[f][c / 8][k][c % 8] from w [3, 3, C, K].
 */
export function winogradKernelFlipped(
  u: usize, w: usize, scratch: usize,
  C: usize, K: usize, first: usize, last: usize,
): void {
  const pointBytes = blockedChannels(C) * K * F32;
  const taps = scratch + 18 * VALUE;
  for (let c = first; c < last; c += VALUE / F32) {
    for (let k: usize = 0; k < K; k++) {
      for (let tap: usize = 0; tap < 9; tap++) {
        v128.store(taps + tap * VALUE, fourChannels(w, 8 - tap, c, k, C, K));
        if (WIDE) v128.store(taps + tap * VALUE, fourChannels(w, 8 - tap, c + 4, k, C, K), 16);
      }
      for (let s: usize = 0; s < 3; s++) {
        kernelTransform(scratch + s * VALUE, 3 * VALUE, taps + s * VALUE, 3 * VALUE, WIDE);
      }
      kernelRows(u + ((c / 8) * K + k) * 32 + (c % 8) * F32, pointBytes, scratch);
    }
  }
}

/** w[tap, c … c+3, k]; past the last channel, the last one again, whose products are dropped. */
// @ts-ignore: decorator
@inline
function fourChannels(w: usize, tap: usize, c: usize, k: usize, C: usize, K: usize): v128 {
  const from = w + (tap * C * K + k) * F32;
  let four = v128.load32_splat(from + min(c, C - 1) * K * F32);
  four = v128.load32_lane(from + min(c + 1, C - 1) * K * F32, four, 1);
  four = v128.load32_lane(from + min(c + 2, C - 1) * K * F32, four, 2);
  return v128.load32_lane(from + min(c + 3, C - 1) * K * F32, four, 3);
}

/** The second half of G w Gᵀ: the six rows of three values at `scratch` to u[f], `pointBytes` apart. */
// @ts-ignore: decorator
@inline
function kernelRows(u: usize, pointBytes: usize, scratch: usize): void {
  for (let i: usize = 0; i < 6; i++) {
    kernelTransform(u + 6 * i * pointBytes, pointBytes, scratch + 3 * i * VALUE, VALUE, WIDE);
  }
}

/**
 * conv2dForward by Winograd's algorithm, for 3×3 kernels with stride 1 and no dilation: y [N, P, Q, K] as in conv2dForward.
 *
 * x [N, H, W, C] with H ≥ 4·⌈P/4⌉ + 2 and W ≥ 4·⌈Q/4⌉ + 2, u from winogradKernel, bias [K]. `block` tiles, a
 * multiple of 4, are transformed at a time; `v` holds 36·(block·C + 16) floats, `m` 36·(block·8·⌈K/8⌉ + 16), `scratch` 288.
 * Where `scale` or `other` is not 0, the result is what finishPixels makes of the sums: scale shift [K], other [N, P, Q, K].
 * bias, scale and shift are read up to 12 bytes past their end. With u from winogradKernelFlipped and dy in a border
 * of zeros for x, this is the gradient with respect to x.
 */
export function conv2dWinograd(
  y: usize, x: usize, u: usize, bias: usize, scale: usize, shift: usize, other: usize,
  v: usize, m: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, P: usize, Q: usize, block: usize,
  low: f32,
): void {
  const tileColumns = (Q + 3) / 4;
  const tilesPerSample = ((P + 3) / 4) * tileColumns;
  const tiles = N * tilesPerSample;
  const channels = blockedChannels(K);
  const vStride = pointStride(block, C);
  const mStride = pointStride(block, channels);
  for (let first: usize = 0; first < tiles; first += block) {
    const count = min<usize>(block, tiles - first);
    for (let t: usize = 0; t < count; t++) {
      const n = (first + t) / tilesPerSample;
      const place = (first + t) % tilesPerSample;
      const corner = (n * H + (place / tileColumns) * 4) * W + (place % tileColumns) * 4;
      inputTile(v + t * C * F32, vStride, x + corner * C * F32, scratch, W, C);
    }
    multiply(m, mStride, v, vStride, u, C, channels, count);
    for (let t: usize = 0; t < count; t++) {
      const n = (first + t) / tilesPerSample;
      const place = (first + t) % tilesPerSample;
      const p = (place / tileColumns) * 4;
      const q = (place % tileColumns) * 4;
      const offset = ((n * P + p) * Q + q) * K * F32;
      const rows = min<usize>(4, P - p);
      const columns = min<usize>(4, Q - q);
      const from = m + t * channels * F32;
      const bound: f32 = other ? -Infinity : low;
      if (scale) storeTile(y + offset, from, mStride, bias, scale, shift, scratch, K, Q, rows, columns, bound, true);
      else storeTile(y + offset, from, mStride, bias, 0, 0, scratch, K, Q, rows, columns, bound, false);
      if (!other) continue;
      for (let row: usize = 0; row < rows; row++) {
        const start = offset + row * Q * K * F32;
        finishPixels(y + start, 0, 0, other + start, columns, K, low);
      }
    }
  }
}

/**
 * y = max(low, bias + Aᵀ M A) for the first `rows` × `columns` of a 4×4 tile, K channels each; where `scales`, times scale
 * and plus shift before the bound.
 */
// @ts-ignore: decorator
@inline
function storeTile(
  y: usize, m: usize, pointBytes: usize, bias: usize, scale: usize, shift: usize, scratch: usize,
  K: usize, Q: usize, rows: usize, columns: usize, low: f32, scales: bool,
): void {
  const floor = f32x4.splat(low);
  const tail = f32x4.splat(tailOf(low));
  const zero = f32x4.splat(0);
  let k: usize = 0;
  if (WIDE) {
    for (; k + 8 <= K; k += 8) {
      outputTile(scratch, m + k * F32, pointBytes, true);
      // unroll $h = 0..1
      const bias$h = v128.load(bias + k * F32, 16 * $h);
      const factor$h = scales ? v128.load(scale + k * F32, 16 * $h) : zero;
      const term$h = scales ? v128.load(shift + k * F32, 16 * $h) : zero;
      // end of unroll
      for (let p: usize = 0; p < rows; p++) {
        for (let q: usize = 0; q < columns; q++) {
          const from = scratch + (6 * p + q) * VALUE;
          // unroll $h = 0..1
          const sum$h = f32x4.add(v128.load(from, 16 * $h), bias$h);
          const value$h = scales ? bounded(madd(term$h, sum$h, factor$h), floor, tail) : f32x4.pmax(sum$h, floor);
          // end of unroll
          const to = y + ((p * Q + q) * K + k) * F32;
          v128.store(to, value0);
          v128.store(to, value1, 16);
        }
      }
    }
  }
  for (; k < K; k += 4) {
    outputTile(scratch, m + k * F32, pointBytes, false);
    const biases = v128.load(bias + k * F32);
    const factors = scales ? v128.load(scale + k * F32) : zero;
    const terms = scales ? v128.load(shift + k * F32) : zero;
    const count = min<usize>(4, K - k);
    for (let p: usize = 0; p < rows; p++) {
      for (let q: usize = 0; q < columns; q++) {
        const sum = f32x4.add(v128.load(scratch + (6 * p + q) * VALUE), biases);
        const value = scales ? bounded(madd(terms, sum, factors), floor, tail) : f32x4.pmax(sum, floor);
        const to = y + ((p * Q + q) * K + k) * F32;
        if (count == 4) v128.store(to, value);
        else storeLanes(to, value, count);
      }
    }
  }
}

/** The first one to three lanes. */
// @ts-ignore: decorator
@inline
function storeLanes(to: usize, value: v128, count: usize): void {
  v128.store32_lane(to, value, 0);
  if (count > 1) v128.store32_lane(to, value, 1, 4);
  if (count > 2) v128.store32_lane(to, value, 2, 8);
}

/**
 * conv2dMaxPoolForward by Winograd's algorithm, for 3×3 kernels: y and winner [N, P, Q, K] as in conv2dMaxPoolForward, P Q
 * pooled.
 *
 * x [N, H, W, C] with H ≥ 4·⌈P/2⌉ + 2 and W ≥ 4·⌈Q/2⌉ + 2, u from winogradKernel, bias [K]. `block` tiles, a
 * multiple of 4, are transformed at a time; `v` holds 36·(block·C + 16) floats, `m` 36·(block·8·⌈K/8⌉ + 16), `scratch` 288.
 * bias is read up to 28 bytes past its end.
 */
export function conv2dMaxPoolWinograd(
  y: usize, winner: usize, x: usize, u: usize, bias: usize, v: usize, m: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, P: usize, Q: usize, block: usize,
): void {
  const tileRows = (P + 1) / 2;
  const tileColumns = (Q + 1) / 2;
  const tiles = tileRows * tileColumns;
  const sampleBytes = H * W * C * F32;
  const channels = blockedChannels(K);
  const vStride = pointStride(block, C);
  const mStride = pointStride(block, channels);
  for (let n: usize = 0; n < N; n++) {
    for (let first: usize = 0; first < tiles; first += block) {
      const count = min<usize>(block, tiles - first);
      for (let t: usize = 0; t < count; t++) {
        const corner = ((first + t) / tileColumns) * 4 * W + ((first + t) % tileColumns) * 4;
        inputTile(v + t * C * F32, vStride, x + n * sampleBytes + corner * C * F32, scratch, W, C);
      }
      multiply(m, mStride, v, vStride, u, C, channels, count);
      for (let t: usize = 0; t < count; t++) {
        const p = ((first + t) / tileColumns) * 2;
        const q = ((first + t) % tileColumns) * 2;
        const at = ((n * P + p) * Q + q) * K;
        poolTile(
          y + at * F32, winner + at, m + t * channels * F32, mStride, bias, scratch,
          K, Q, min<usize>(2, P - p), min<usize>(2, Q - q),
        );
      }
    }
  }
}

/**
 * The distance between two points of V or M: a cache line more than the block needs, so that the 36 points are not a
 * power of two apart, where they would push each other out of the cache.
 */
// @ts-ignore: decorator
@inline
export function pointStride(block: usize, channels: usize): usize {
  return block * channels * F32 + 64;
}

/** K rounded up to whole tiles of eight channels. */
// @ts-ignore: decorator
@inline
export function blockedChannels(K: usize): usize {
  return (K + 7) & ~7;
}

/** M[f] = V[f] · U[f] for each point: v[f] [count, C], u[f] [channels / 8, C, 8], m[f] [count, channels]. */
function multiply(
  m: usize, mStride: usize, v: usize, vStride: usize, u: usize,
  C: usize, channels: usize, count: usize,
): void {
  const vBytes = C * F32;
  const mBytes = channels * F32;
  const zero = f32x4.splat(0);
  for (let f: usize = 0; f < POINTS; f++) {
    for (let k: usize = 0, columns: usize = 0; k < channels; k += columns) {
      columns = tileColumns(channels - k);
      const weights = u + (f * channels + k) * vBytes;
      // Rows past `count` hold what an earlier block left there; their products are never read.
      for (let t: usize = 0; t < count; t += 4) {
        const out = m + f * mStride + t * mBytes + k * F32;
        const x0 = v + f * vStride + t * vBytes;
        const x1 = x0 + vBytes;
        const x2 = x1 + vBytes;
        const x3 = x2 + vBytes;
        // The first bytes of memory are zeros.
        if (WIDE && columns == 16) productTile(out, mBytes, 0, x0, x1, x2, x3, weights, 8 * vBytes, C, false, zero, true);
        else productTile(out, mBytes, 0, x0, x1, x2, x3, weights, 0, C, false, zero, false);
      }
    }
  }
}

/**
 * y = max(0, bias + the largest of each 2×2 window of Aᵀ M A), and which of the four it was: a 4×4 tile of outputs
 * gives up to `rows` × `columns` of 2×2 pooled ones, K channels each. m[f] are `pointBytes` apart.
 */
function poolTile(
  y: usize, winner: usize, m: usize, pointBytes: usize, bias: usize, scratch: usize,
  K: usize, Q: usize, rows: usize, columns: usize,
): void {
  let k: usize = 0;
  if (WIDE) {
    for (; k + 8 <= K; k += 8) poolChannels(y, winner, m, pointBytes, bias, scratch, K, Q, rows, columns, k, true);
  }
  for (; k < K; k += 4) poolChannels(y, winner, m, pointBytes, bias, scratch, K, Q, rows, columns, k, false);
}

/** poolTile of the channels from k on: four, or eight where `wide`. */
// @ts-ignore: decorator
@inline
function poolChannels(
  y: usize, winner: usize, m: usize, pointBytes: usize, bias: usize, scratch: usize,
  K: usize, Q: usize, rows: usize, columns: usize, k: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  const spare = scratch + 24 * VALUE;
  outputColumns(scratch, m + k * F32, pointBytes, wide);
  const shift0 = v128.load(bias + k * F32);
  const shift1 = wide ? v128.load(bias + k * F32, 16) : zero;
  for (let p: usize = 0; p < rows; p++) {
    // Two rows of outputs, whose windows are compared in registers: storing them would cost 2 µs of 50 an image.
    const upper = scratch + 12 * p * VALUE;
    const lower = upper + 6 * VALUE;
    const at = p * Q * K + k;
    // unroll $h = 0..1
    const u0$h = $h == 0 || wide ? v128.load(upper, 16 * $h) : zero;
    const u1$h = $h == 0 || wide ? v128.load(upper, VALUE + 16 * $h) : zero;
    const u2$h = $h == 0 || wide ? v128.load(upper, 2 * VALUE + 16 * $h) : zero;
    const u3$h = $h == 0 || wide ? v128.load(upper, 3 * VALUE + 16 * $h) : zero;
    const u4$h = $h == 0 || wide ? v128.load(upper, 4 * VALUE + 16 * $h) : zero;
    const l0$h = $h == 0 || wide ? v128.load(lower, 16 * $h) : zero;
    const l1$h = $h == 0 || wide ? v128.load(lower, VALUE + 16 * $h) : zero;
    const l2$h = $h == 0 || wide ? v128.load(lower, 2 * VALUE + 16 * $h) : zero;
    const l3$h = $h == 0 || wide ? v128.load(lower, 3 * VALUE + 16 * $h) : zero;
    const l4$h = $h == 0 || wide ? v128.load(lower, 4 * VALUE + 16 * $h) : zero;
    const a$h = f32x4.add(u1$h, u2$h);
    const b$h = f32x4.sub(u1$h, u2$h);
    const c$h = f32x4.add(u3$h, u4$h);
    const d$h = f32x4.sub(u3$h, u4$h);
    const e$h = f32x4.add(l1$h, l2$h);
    const f$h = f32x4.sub(l1$h, l2$h);
    const g$h = f32x4.add(l3$h, l4$h);
    const h$h = f32x4.sub(l3$h, l4$h);
    // end of unroll
    poolWindow(
      y + at * F32, winner + at, spare, K - k, shift0, shift1,
      output0(u00, a0, c0), output1(b0, d0), output0(l00, e0, g0), output1(f0, h0),
      output0(u01, a1, c1), output1(b1, d1), output0(l01, e1, g1), output1(f1, h1),
      wide,
    );
    if (columns == 1) continue;
    // unroll $h = 0..1
    const u5$h = $h == 0 || wide ? v128.load(upper, 5 * VALUE + 16 * $h) : zero;
    const l5$h = $h == 0 || wide ? v128.load(lower, 5 * VALUE + 16 * $h) : zero;
    // end of unroll
    poolWindow(
      y + (at + K) * F32, winner + at + K, spare, K - k, shift0, shift1,
      output2(a0, c0), output3(b0, d0, u50), output2(e0, g0), output3(f0, h0, l50),
      output2(a1, c1), output3(b1, d1, u51), output2(e1, g1), output3(f1, h1, l51),
      wide,
    );
  }
}

/**
 * max(0, shift + the largest of v0 … v3) and which it was, the first of equals: `count` channels of them, at most four,
 * or at most eight where `wide`, whose second four are w0 … w3.
 */
// @ts-ignore: decorator
@inline
function poolWindow(
  y: usize, winner: usize, spare: usize, count: usize, shift0: v128, shift1: v128,
  v0: v128, v1: v128, v2: v128, v3: v128,
  w0: v128, w1: v128, w2: v128, w3: v128,
  wide: bool,
): void {
  const value0 = poolValue(v0, v1, v2, v3, shift0);
  const value1 = poolValue(w0, w1, w2, w3, shift1);
  const index0 = poolIndex(v0, v1, v2, v3);
  const index1 = wide ? poolIndex(w0, w1, w2, w3) : index0;
  const words = i16x8.narrow_i32x4_s(index0, index1);
  const bytes = i8x16.narrow_i16x8_u(words, words);
  if (wide) {
    v128.store(y, value0);
    v128.store(y, value1, 16);
    v128.store64_lane(winner, bytes, 0);
  } else if (count >= 4) {
    v128.store(y, value0);
    v128.store32_lane(winner, bytes, 0);
  } else {
    v128.store(spare, value0);
    v128.store(spare, bytes, 16);
    copyRows(y, 0, spare, 0, 1, count);
    memory.copy(winner, spare + 16, count);
  }
}

// @ts-ignore: decorator
@inline
function poolValue(v0: v128, v1: v128, v2: v128, v3: v128, shift: v128): v128 {
  return f32x4.pmax(f32x4.add(larger(larger(v0, v1), larger(v2, v3)), shift), f32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function poolIndex(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  // A comparison that holds gives −1, so its negative is 0 or 1.
  const first = i32x4.neg(f32x4.gt(v1, v0));
  const second = i32x4.sub(i32x4.splat(2), f32x4.gt(v3, v2));
  return v128.bitselect(second, first, f32x4.gt(larger(v2, v3), larger(v0, v1)));
}
