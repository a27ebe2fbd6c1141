// The inner loops of convolutions and dense layers, forward and backward: tiles of four rows by eight
// columns, or by sixteen where `wide`. Eight accumulators hide the latency of the additions; more would spill on x86-64's
// sixteen registers. Where V8 merges two vectors into one of 256 bits, the sixteen of a wide tile become eight again.
//
// The build writes out each stretch between `unroll step = 0..7` and `end of unroll` eight times, with the number for
// `step`. That saves moving pointers and checking the stack after each step. The exit after a step lets a sum have any
// length, and keeps the steps apart: without it V8 (Node 20 and 22) starts all their loads at once and spills, which is
// slower than one step a turn; with it the loops are a fifth faster (docs/performance.md).
import { F32, madd } from "./simd";

/**
 *     out[j][0..8] = max(low, init[j][0..8] + Σ_t x_j[t] · w[t][0..8])      j = 0..3
 *
 * t runs over `rows` × `segments` × `length`, in that order; x advances by `rowBytes`, `segmentBytes` and one float,
 * w by `wStepBytes` throughout, and by `wGapBytes` more after each row. Each x is splatted once, each w loaded once for
 * four rows. A NaN stays NaN.
 */
export function tile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize, wStepBytes: usize, wGapBytes: usize,
  low: f32,
): void {
  anyTile(
    out, outStrideBytes, init, initStrideBytes, x0, x1, x2, x3, w, 0,
    rows, rowBytes, segments, segmentBytes, length, wStepBytes, wGapBytes, low, false,
  );
}

/** A tile of sixteen columns; those of the second half of w are `wBlockBytes` after the first. */
export function wideTile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize, wBlockBytes: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize, wStepBytes: usize, wGapBytes: usize,
  low: f32,
): void {
  anyTile(
    out, outStrideBytes, init, initStrideBytes, x0, x1, x2, x3, w, wBlockBytes,
    rows, rowBytes, segments, segmentBytes, length, wStepBytes, wGapBytes, low, true,
  );
}

// @ts-ignore: decorator
@inline
function anyTile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize, wBlockBytes: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize, wStepBytes: usize, wGapBytes: usize,
  low: f32,
  wide: bool,
): void {
  const zero = f32x4.splat(0);
  let i = init;
  let a0 = v128.load(i);
  let b0 = v128.load(i, 16);
  let c0 = wide ? v128.load(i, 32) : zero;
  let d0 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a1 = v128.load(i);
  let b1 = v128.load(i, 16);
  let c1 = wide ? v128.load(i, 32) : zero;
  let d1 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a2 = v128.load(i);
  let b2 = v128.load(i, 16);
  let c2 = wide ? v128.load(i, 32) : zero;
  let d2 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a3 = v128.load(i);
  let b3 = v128.load(i, 16);
  let c3 = wide ? v128.load(i, 32) : zero;
  let d3 = wide ? v128.load(i, 48) : zero;
  let wa: v128;
  let wb: v128;
  let wc = zero;
  let wd = zero;
  let x: v128;
  if (length == 0) rows = 0;
  // Advance pointers: V8 would compute `row * rowBytes` again in every row.
  for (; rows > 0; rows--) {
    let offset: usize = 0;
    for (let segment = segments; segment > 0; segment--) {
      let p0 = x0 + offset;
      let p1 = x1 + offset;
      let p2 = x2 + offset;
      let p3 = x3 + offset;
      for (let left = length; ; left -= 8) {
        // unroll step = 0..7
        wa = v128.load(w); wb = v128.load(w, 16);
        if (wide) { wc = v128.load(w + wBlockBytes); wd = v128.load(w + wBlockBytes, 16); }
        w += wStepBytes;
        x = v128.load32_splat(p0, 4 * step); a0 = madd(a0, x, wa); b0 = madd(b0, x, wb);
        if (wide) { c0 = madd(c0, x, wc); d0 = madd(d0, x, wd); }
        x = v128.load32_splat(p1, 4 * step); a1 = madd(a1, x, wa); b1 = madd(b1, x, wb);
        if (wide) { c1 = madd(c1, x, wc); d1 = madd(d1, x, wd); }
        x = v128.load32_splat(p2, 4 * step); a2 = madd(a2, x, wa); b2 = madd(b2, x, wb);
        if (wide) { c2 = madd(c2, x, wc); d2 = madd(d2, x, wd); }
        x = v128.load32_splat(p3, 4 * step); a3 = madd(a3, x, wa); b3 = madd(b3, x, wb);
        if (wide) { c3 = madd(c3, x, wc); d3 = madd(d3, x, wd); }
        if (left == step + 1) break;
        // end of unroll
        p0 += 32;
        p1 += 32;
        p2 += 32;
        p3 += 32;
      }
      offset += segmentBytes;
    }
    x0 += rowBytes;
    x1 += rowBytes;
    x2 += rowBytes;
    x3 += rowBytes;
    w += wGapBytes;
  }

  const floor = f32x4.splat(low);
  let o = out;
  v128.store(o, f32x4.pmax(a0, floor));
  v128.store(o, f32x4.pmax(b0, floor), 16);
  if (wide) {
    v128.store(o, f32x4.pmax(c0, floor), 32);
    v128.store(o, f32x4.pmax(d0, floor), 48);
  }
  o += outStrideBytes;
  v128.store(o, f32x4.pmax(a1, floor));
  v128.store(o, f32x4.pmax(b1, floor), 16);
  if (wide) {
    v128.store(o, f32x4.pmax(c1, floor), 32);
    v128.store(o, f32x4.pmax(d1, floor), 48);
  }
  o += outStrideBytes;
  v128.store(o, f32x4.pmax(a2, floor));
  v128.store(o, f32x4.pmax(b2, floor), 16);
  if (wide) {
    v128.store(o, f32x4.pmax(c2, floor), 32);
    v128.store(o, f32x4.pmax(d2, floor), 48);
  }
  o += outStrideBytes;
  v128.store(o, f32x4.pmax(a3, floor));
  v128.store(o, f32x4.pmax(b3, floor), 16);
  if (wide) {
    v128.store(o, f32x4.pmax(c3, floor), 32);
    v128.store(o, f32x4.pmax(d3, floor), 48);
  }
}

/**
 * A tile whose sums run over one stretch of `length` > 0, with w packed in rows of eight, `wBlockBytes` from one block of
 * eight columns to the next, and the bound in a register:
 *
 *     out[j] = max(floor, init[0..8] + Σ_t x_j[t] · w[t][0..8])      j = 0..3, t = 0..length
 *
 * Without `bounded` there is no maximum. Inlined, because for short sums even the call costs.
 */
// @ts-ignore: decorator
@inline
export function productTile(
  out: usize, outStrideBytes: usize,
  init: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize, wBlockBytes: usize,
  length: usize,
  bounded: bool, floor: v128,
  wide: bool,
): void {
  const zero = f32x4.splat(0);
  let a0 = v128.load(init);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = v128.load(init, 16);
  let b1 = b0;
  let b2 = b0;
  let b3 = b0;
  let c0 = wide ? v128.load(init, 32) : zero;
  let c1 = c0;
  let c2 = c0;
  let c3 = c0;
  let d0 = wide ? v128.load(init, 48) : zero;
  let d1 = d0;
  let d2 = d0;
  let d3 = d0;
  let wa: v128;
  let wb: v128;
  let wc = zero;
  let wd = zero;
  let x: v128;
  for (let left = length; ; left -= 8) {
    // unroll step = 0..7
    wa = v128.load(w, 32 * step); wb = v128.load(w, 32 * step + 16);
    if (wide) { wc = v128.load(w + wBlockBytes, 32 * step); wd = v128.load(w + wBlockBytes, 32 * step + 16); }
    x = v128.load32_splat(x0, 4 * step); a0 = madd(a0, x, wa); b0 = madd(b0, x, wb);
    if (wide) { c0 = madd(c0, x, wc); d0 = madd(d0, x, wd); }
    x = v128.load32_splat(x1, 4 * step); a1 = madd(a1, x, wa); b1 = madd(b1, x, wb);
    if (wide) { c1 = madd(c1, x, wc); d1 = madd(d1, x, wd); }
    x = v128.load32_splat(x2, 4 * step); a2 = madd(a2, x, wa); b2 = madd(b2, x, wb);
    if (wide) { c2 = madd(c2, x, wc); d2 = madd(d2, x, wd); }
    x = v128.load32_splat(x3, 4 * step); a3 = madd(a3, x, wa); b3 = madd(b3, x, wb);
    if (wide) { c3 = madd(c3, x, wc); d3 = madd(d3, x, wd); }
    if (left == step + 1) break;
    // end of unroll
    w += 256;
    x0 += 32;
    x1 += 32;
    x2 += 32;
    x3 += 32;
  }
  let o = out;
  v128.store(o, bounded ? f32x4.pmax(a0, floor) : a0);
  v128.store(o, bounded ? f32x4.pmax(b0, floor) : b0, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c0, floor) : c0, 32);
    v128.store(o, bounded ? f32x4.pmax(d0, floor) : d0, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a1, floor) : a1);
  v128.store(o, bounded ? f32x4.pmax(b1, floor) : b1, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c1, floor) : c1, 32);
    v128.store(o, bounded ? f32x4.pmax(d1, floor) : d1, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a2, floor) : a2);
  v128.store(o, bounded ? f32x4.pmax(b2, floor) : b2, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c2, floor) : c2, 32);
    v128.store(o, bounded ? f32x4.pmax(d2, floor) : d2, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a3, floor) : a3);
  v128.store(o, bounded ? f32x4.pmax(b3, floor) : b3, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c3, floor) : c3, 32);
    v128.store(o, bounded ? f32x4.pmax(d3, floor) : d3, 48);
  }
}

/**
 * A tile of outer products, as in kernel gradients:
 *
 *     out[j][0..8] = max(floor, init[j][0..8] + Σ_t x[t][j] · w[t][0..8])      j = 0..3
 *
 * The x of the four rows are contiguous. t runs over `rows` × `length` > 0; x advances by `rowBytes` and `xStepBytes`, w by
 * `wStepBytes` throughout. Without `bounded` there is no maximum. Inlined, which pays where sums are short and the loops
 * around it leave enough registers.
 */
// @ts-ignore: decorator
@inline
export function outerTile(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x: usize, w: usize,
  rows: usize, rowBytes: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
  bounded: bool, floor: v128,
  wide: bool,
): void {
  const zero = f32x4.splat(0);
  let i = init;
  let a0 = v128.load(i);
  let b0 = v128.load(i, 16);
  let c0 = wide ? v128.load(i, 32) : zero;
  let d0 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a1 = v128.load(i);
  let b1 = v128.load(i, 16);
  let c1 = wide ? v128.load(i, 32) : zero;
  let d1 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a2 = v128.load(i);
  let b2 = v128.load(i, 16);
  let c2 = wide ? v128.load(i, 32) : zero;
  let d2 = wide ? v128.load(i, 48) : zero;
  i += initStrideBytes;
  let a3 = v128.load(i);
  let b3 = v128.load(i, 16);
  let c3 = wide ? v128.load(i, 32) : zero;
  let d3 = wide ? v128.load(i, 48) : zero;
  let wa: v128;
  let wb: v128;
  let wc = zero;
  let wd = zero;
  let s: v128;
  for (; rows > 0; rows--) {
    let p = x;
    for (let left = length; ; left -= 8) {
      // unroll step = 0..7
      wa = v128.load(w); wb = v128.load(w, 16);
      if (wide) { wc = v128.load(w, 32); wd = v128.load(w, 48); }
      w += wStepBytes;
      s = v128.load32_splat(p); a0 = madd(a0, s, wa); b0 = madd(b0, s, wb);
      if (wide) { c0 = madd(c0, s, wc); d0 = madd(d0, s, wd); }
      s = v128.load32_splat(p, 4); a1 = madd(a1, s, wa); b1 = madd(b1, s, wb);
      if (wide) { c1 = madd(c1, s, wc); d1 = madd(d1, s, wd); }
      s = v128.load32_splat(p, 8); a2 = madd(a2, s, wa); b2 = madd(b2, s, wb);
      if (wide) { c2 = madd(c2, s, wc); d2 = madd(d2, s, wd); }
      s = v128.load32_splat(p, 12); a3 = madd(a3, s, wa); b3 = madd(b3, s, wb);
      if (wide) { c3 = madd(c3, s, wc); d3 = madd(d3, s, wd); }
      p += xStepBytes;
      if (left == step + 1) break;
      // end of unroll
    }
    x += rowBytes;
  }
  let o = out;
  v128.store(o, bounded ? f32x4.pmax(a0, floor) : a0);
  v128.store(o, bounded ? f32x4.pmax(b0, floor) : b0, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c0, floor) : c0, 32);
    v128.store(o, bounded ? f32x4.pmax(d0, floor) : d0, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a1, floor) : a1);
  v128.store(o, bounded ? f32x4.pmax(b1, floor) : b1, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c1, floor) : c1, 32);
    v128.store(o, bounded ? f32x4.pmax(d1, floor) : d1, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a2, floor) : a2);
  v128.store(o, bounded ? f32x4.pmax(b2, floor) : b2, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c2, floor) : c2, 32);
    v128.store(o, bounded ? f32x4.pmax(d2, floor) : d2, 48);
  }
  o += outStrideBytes;
  v128.store(o, bounded ? f32x4.pmax(a3, floor) : a3);
  v128.store(o, bounded ? f32x4.pmax(b3, floor) : b3, 16);
  if (wide) {
    v128.store(o, bounded ? f32x4.pmax(c3, floor) : c3, 32);
    v128.store(o, bounded ? f32x4.pmax(d3, floor) : d3, 48);
  }
}

/** outerTile without a bound, as a call: for loops that keep so much in registers that it would spill. */
export function outerTileCalled(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x: usize, w: usize,
  rows: usize, rowBytes: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
): void {
  outerTile(
    out, outStrideBytes, init, initStrideBytes, x, w, rows, rowBytes, length, xStepBytes, wStepBytes,
    false, f32x4.splat(0), false,
  );
}

/** outerTileCalled for sixteen columns. */
export function wideOuterTileCalled(
  out: usize, outStrideBytes: usize,
  init: usize, initStrideBytes: usize,
  x: usize, w: usize,
  rows: usize, rowBytes: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
): void {
  outerTile(
    out, outStrideBytes, init, initStrideBytes, x, w, rows, rowBytes, length, xStepBytes, wStepBytes,
    false, f32x4.splat(0), true,
  );
}
