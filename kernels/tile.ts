// The one inner loop that convolutions and dense layers, forward and backward, are made of.
import { F32, madd } from "./simd";

/**
 * A tile of four rows by eight columns:
 *
 *     out[j][0..8] = max(low, init[j][0..8] + Σ_t x_j[t] · w[t][0..8])      j = 0..3
 *
 * t runs over `rows` × `segments` × `length`, in that order; x advances by `rowBytes`, `segmentBytes` and
 * `xStepBytes`, w by `wStepBytes` throughout, and by `wGapBytes` more after each row. Each x is splatted once, each w
 * loaded once for four rows.
 * Eight accumulators hide the latency of the additions; more would spill on x86-64's sixteen registers.
 */
export function tile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize, wGapBytes: usize,
  low: f32,
): void {
  let i = init;
  let a0 = v128.load(i);
  let b0 = v128.load(i, 16);
  i += initStrideBytes;
  let a1 = v128.load(i);
  let b1 = v128.load(i, 16);
  i += initStrideBytes;
  let a2 = v128.load(i);
  let b2 = v128.load(i, 16);
  i += initStrideBytes;
  let a3 = v128.load(i);
  let b3 = v128.load(i, 16);

  for (let row: usize = 0; row < rows; row++) {
    for (let segment: usize = 0; segment < segments; segment++) {
      const offset = row * rowBytes + segment * segmentBytes;
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      let p2 = x2 + offset;
      let p3 = x3 + offset;
      for (let t: usize = 0; t < length; t++) {
        const wa = v128.load(w);
        const wb = v128.load(w, 16);
        w += wStepBytes;
        let x = v128.load32_splat(p0);
        p0 += xStepBytes;
        a0 = madd(a0, x, wa);
        b0 = madd(b0, x, wb);
        x = v128.load32_splat(p1);
        p1 += xStepBytes;
        a1 = madd(a1, x, wa);
        b1 = madd(b1, x, wb);
        x = v128.load32_splat(p2);
        p2 += xStepBytes;
        a2 = madd(a2, x, wa);
        b2 = madd(b2, x, wb);
        x = v128.load32_splat(p3);
        p3 += xStepBytes;
        a3 = madd(a3, x, wa);
        b3 = madd(b3, x, wb);
      }
    }
    w += wGapBytes;
  }

  const floor = f32x4.splat(low);
  let o = out;
  v128.store(o, f32x4.max(a0, floor));
  v128.store(o, f32x4.max(b0, floor), 16);
  o += outStrideBytes;
  v128.store(o, f32x4.max(a1, floor));
  v128.store(o, f32x4.max(b1, floor), 16);
  o += outStrideBytes;
  v128.store(o, f32x4.max(a2, floor));
  v128.store(o, f32x4.max(b2, floor), 16);
  o += outStrideBytes;
  v128.store(o, f32x4.max(a3, floor));
  v128.store(o, f32x4.max(b3, floor), 16);
}

/**
 * A tile of a plain product, for sums so short that the loops and the edges of `tile` would cost as much:
 *
 *     out[j][0..8] = Σ_t x_j[t] · w[t][0..8]      j = 0..3, t = 0..length
 *
 * w is packed in rows of eight. Inlined, as even the call would be felt.
 */
// @ts-ignore: decorator
@inline
export function productTile(
  out: usize, outStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  length: usize,
): void {
  let a0 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  // One step a turn: unrolled, V8 would spill.
  for (const end = w + length * 32; w < end; w += 32) {
    const wa = v128.load(w);
    const wb = v128.load(w, 16);
    let x = v128.load32_splat(x0);
    x0 += F32;
    a0 = madd(a0, x, wa);
    b0 = madd(b0, x, wb);
    x = v128.load32_splat(x1);
    x1 += F32;
    a1 = madd(a1, x, wa);
    b1 = madd(b1, x, wb);
    x = v128.load32_splat(x2);
    x2 += F32;
    a2 = madd(a2, x, wa);
    b2 = madd(b2, x, wb);
    x = v128.load32_splat(x3);
    x3 += F32;
    a3 = madd(a3, x, wa);
    b3 = madd(b3, x, wb);
  }
  v128.store(out, a0);
  v128.store(out, b0, 16);
  out += outStrideBytes;
  v128.store(out, a1);
  v128.store(out, b1, 16);
  out += outStrideBytes;
  v128.store(out, a2);
  v128.store(out, b2, 16);
  out += outStrideBytes;
  v128.store(out, a3);
  v128.store(out, b3, 16);
}

/** Columns of a `wideTile`. */
export const WIDE_COLUMNS: usize = 12;

/**
 * A tile of four rows by twelve columns, for sums into nine to twelve columns such as ten classes, where `tile` would
 * pass twice:
 *
 *     out[j][0..12] = init[0..12] + Σ_t x_j[t] · w[t][0..12]      j = 0..3, t = 0..length
 *
 * The rows of `out` lie 48 bytes apart. Each w is loaded again for each row: with twelve accumulators there is no
 * register left to hold it.
 */
export function wideTile(
  out: usize, init: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
): void {
  let a0 = v128.load(init);
  let b0 = v128.load(init, 16);
  let c0 = v128.load(init, 32);
  let a1 = v128.load(init);
  let b1 = v128.load(init, 16);
  let c1 = v128.load(init, 32);
  let a2 = v128.load(init);
  let b2 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let a3 = v128.load(init);
  let b3 = v128.load(init, 16);
  let c3 = v128.load(init, 32);
  for (let t: usize = 0; t < length; t++, w += wStepBytes) {
    let x = v128.load32_splat(x0);
    x0 += xStepBytes;
    a0 = madd(a0, x, v128.load(w));
    b0 = madd(b0, x, v128.load(w, 16));
    c0 = madd(c0, x, v128.load(w, 32));
    x = v128.load32_splat(x1);
    x1 += xStepBytes;
    a1 = madd(a1, x, v128.load(w));
    b1 = madd(b1, x, v128.load(w, 16));
    c1 = madd(c1, x, v128.load(w, 32));
    x = v128.load32_splat(x2);
    x2 += xStepBytes;
    a2 = madd(a2, x, v128.load(w));
    b2 = madd(b2, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    x = v128.load32_splat(x3);
    x3 += xStepBytes;
    a3 = madd(a3, x, v128.load(w));
    b3 = madd(b3, x, v128.load(w, 16));
    c3 = madd(c3, x, v128.load(w, 32));
  }
  v128.store(out, a0, 0);
  v128.store(out, b0, 16);
  v128.store(out, c0, 32);
  v128.store(out, a1, 48);
  v128.store(out, b1, 64);
  v128.store(out, c1, 80);
  v128.store(out, a2, 96);
  v128.store(out, b2, 112);
  v128.store(out, c2, 128);
  v128.store(out, a3, 144);
  v128.store(out, b3, 160);
  v128.store(out, c3, 176);
}

/** Pixels whose inputs stay in cache while every block of eight columns passes over them. */
const GRID_PIXELS: usize = 256;

/**
 * Tiles over a grid of P × Q pixels and K columns:
 *
 *     out[p,q,k] = max(low, init[k] + Σ_t x[p,q,t] · w[t,k])
 *
 * t runs as in `tile`. out and x advance by their `RowBytes` with p and by their `PixelBytes` with q; column k of w
 * lies in block k / 8, `wBlockBytes` apart. `scratch` holds one tile. init and w are read to whole blocks of eight.
 */
export function tileGrid(
  out: usize, outRowBytes: usize, outPixelBytes: usize,
  init: usize,
  x: usize, xRowBytes: usize, xPixelBytes: usize,
  w: usize, wStepBytes: usize, wBlockBytes: usize,
  scratch: usize,
  P: usize, Q: usize, K: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize,
  low: f32,
): void {
  const pixels = P * Q;
  const isOneRow = outRowBytes == Q * outPixelBytes;
  for (let first: usize = 0; first < pixels; first += GRID_PIXELS) {
    const last = min<usize>(first + GRID_PIXELS, pixels);
    for (let k: usize = 0; k < K; k += 8) {
      const columns: usize = min<usize>(8, K - k);
      const weights = w + (k >> 3) * wBlockBytes;
      let p = first / Q;
      let q = first % Q;
      for (let i = first; i < last; i += 4) {
        const count: usize = min<usize>(4, last - i);
        const isWithinRow = q + 4 <= Q;
        const x0 = x + p * xRowBytes + q * xPixelBytes;
        let x1 = x0 + xPixelBytes;
        let x2 = x1 + xPixelBytes;
        let x3 = x2 + xPixelBytes;
        if (!isWithinRow) {
          // On in the next rows; past the last pixel it is computed again and dropped.
          x1 = x + pixelOffset(min<usize>(i + 1, last - 1), Q, xRowBytes, xPixelBytes);
          x2 = x + pixelOffset(min<usize>(i + 2, last - 1), Q, xRowBytes, xPixelBytes);
          x3 = x + pixelOffset(min<usize>(i + 3, last - 1), Q, xRowBytes, xPixelBytes);
        }
        const target = out + p * outRowBytes + q * outPixelBytes + k * F32;
        const isWhole = count == 4 && columns == 8 && (isOneRow || isWithinRow);
        tile(
          isWhole ? target : scratch, isWhole ? outPixelBytes : 32,
          init + k * F32, 0,
          x0, x1, x2, x3,
          weights,
          rows, rowBytes, segments, segmentBytes,
          length, F32, wStepBytes, 0,
          low,
        );
        if (!isWhole) {
          for (let j: usize = 0; j < count; j++) {
            const at = out + pixelOffset(i + j, Q, outRowBytes, outPixelBytes) + k * F32;
            memory.copy(at, scratch + j * 32, columns << 2);
          }
        }
        for (q += 4; q >= Q; q -= Q) p++;
      }
    }
  }
}

/** Where pixel i of a grid Q pixels wide lies, in bytes. */
// @ts-ignore: decorator
@inline
function pixelOffset(i: usize, Q: usize, rowBytes: usize, pixelBytes: usize): usize {
  return (i / Q) * rowBytes + (i % Q) * pixelBytes;
}

/** to[j][0..columns] = from[j][0..columns] for j < rows: moves the valid part of a tile at an edge. */
export function copyRows(
  to: usize, toStrideBytes: usize,
  from: usize, fromStrideBytes: usize,
  rows: usize, columns: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    memory.copy(to + row * toStrideBytes, from + row * fromStrideBytes, columns << 2);
  }
}
