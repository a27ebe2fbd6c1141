// The one inner loop that convolutions and dense layers, forward and backward, are made of.
import { madd } from "./simd";

/**
 * A tile of four rows by eight columns:
 *
 *     out[j][0..8] = max(low, init[j][0..8] + Σ_t x_j[t] · w[t][0..8])      j = 0..3
 *
 * t runs over `rows` × `segments` × `length`, in that order; x advances by `rowBytes`, `segmentBytes` and
 * `xStepBytes`, w by `wStepBytes` throughout. Each x is splatted once, each w loaded once for four rows.
 * Eight accumulators hide the latency of the additions; more would spill on x86-64's sixteen registers.
 */
export function tile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
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

/** Bytes of scratch that `copyRows` needs at an edge: a whole tile. */
export const TILE_BYTES: usize = 4 * 8 * 4;

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
