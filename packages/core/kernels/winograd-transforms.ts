// The transforms of Winograd's F(4×4, 3×3): one dimension after the other. Their purpose is explained in winograd.ts; the
// kernel gradient's two are the transposes of the output's and the kernel's.
//
// Each transforms four channels at a time, or eight where `wide`, as two halves that V8 merges: all loads first, then both
// halves alike, then the neighbouring stores. The build writes out each stretch between `unroll $h = 0..1` and
// `end of unroll` once for each half. Between the dimensions, values are `VALUE` bytes apart.
import { F32, madd } from "./simd";
import { WIDE } from "./width";

/** Bytes of one value of all channels that are transformed together. */
export const VALUE: usize = WIDE ? 32 : 16;

/** Six values G · (g0, g1, g2). */
// @ts-ignore: decorator
@inline
export function kernelTransform(
  to: usize, toStrideBytes: usize, from: usize, fromStrideBytes: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  const quarter = f32x4.splat(0.25);
  const minusSixth = f32x4.splat(-1.0 / 6);
  const sixth = f32x4.splat(1.0 / 6);
  const twelfth = f32x4.splat(1.0 / 12);
  const twentyFourth = f32x4.splat(1.0 / 24);
  // unroll $h = 0..1
  const g0$h = $h == 0 || wide ? v128.load(from, 16 * $h) : zero;
  const g1$h = $h == 0 || wide ? v128.load(from + fromStrideBytes, 16 * $h) : zero;
  const g2$h = $h == 0 || wide ? v128.load(from + 2 * fromStrideBytes, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const outer$h = f32x4.add(g0$h, g2$h);
  const even$h = f32x4.add(f32x4.mul(g0$h, twentyFourth), f32x4.mul(g2$h, sixth));
  const odd$h = f32x4.mul(g1$h, twelfth);
  // end of unroll
  v128.store(to, f32x4.mul(g00, quarter));
  if (wide) v128.store(to, f32x4.mul(g01, quarter), 16);
  v128.store(to + toStrideBytes, f32x4.mul(f32x4.add(outer0, g10), minusSixth));
  if (wide) v128.store(to + toStrideBytes, f32x4.mul(f32x4.add(outer1, g11), minusSixth), 16);
  v128.store(to + 2 * toStrideBytes, f32x4.mul(f32x4.sub(outer0, g10), minusSixth));
  if (wide) v128.store(to + 2 * toStrideBytes, f32x4.mul(f32x4.sub(outer1, g11), minusSixth), 16);
  v128.store(to + 3 * toStrideBytes, f32x4.add(even0, odd0));
  if (wide) v128.store(to + 3 * toStrideBytes, f32x4.add(even1, odd1), 16);
  v128.store(to + 4 * toStrideBytes, f32x4.sub(even0, odd0));
  if (wide) v128.store(to + 4 * toStrideBytes, f32x4.sub(even1, odd1), 16);
  v128.store(to + 5 * toStrideBytes, g20);
  if (wide) v128.store(to + 5 * toStrideBytes, g21, 16);
}

/** V = Bᵀ d B of one 6×6 patch at `x`, each of the C channels: v[f], `pointBytes` apart. `scratch` holds 36 values. */
export function inputTile(v: usize, pointBytes: usize, x: usize, scratch: usize, W: usize, C: usize): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  let c: usize = 0;
  if (WIDE) {
    for (; c + 8 <= C; c += 8) patch(v + c * F32, pointBytes, x + c * F32, pixelBytes, rowBytes, scratch, true);
  }
  for (; c + 4 <= C; c += 4) patch(v + c * F32, pointBytes, x + c * F32, pixelBytes, rowBytes, scratch, false);
  // The last one to three channels, in the first lane.
  for (; c < C; c++) {
    for (let i: usize = 0; i < 6; i++) {
      for (let j: usize = 0; j < 6; j++) {
        v128.store(scratch + (6 * i + j) * VALUE, v128.load32_zero(x + i * rowBytes + j * pixelBytes + c * F32));
      }
    }
    for (let j: usize = 0; j < 6; j++) {
      patchTransform(scratch + j * VALUE, 6 * VALUE, scratch + j * VALUE, 6 * VALUE, false);
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + 6 * i * VALUE;
      // Into the row itself, then lane by lane: a whole vector would run over the next tile's channels.
      patchTransform(row, VALUE, row, VALUE, false);
      for (let j: usize = 0; j < 6; j++) {
        store<f32>(v + (6 * i + j) * pointBytes + c * F32, load<f32>(row + j * VALUE));
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function patch(
  v: usize, pointBytes: usize, x: usize, pixelBytes: usize, rowBytes: usize, scratch: usize, wide: bool,
): void {
  for (let j: usize = 0; j < 6; j++) {
    patchTransform(scratch + j * VALUE, 6 * VALUE, x + j * pixelBytes, rowBytes, wide);
  }
  for (let i: usize = 0; i < 6; i++) {
    patchTransform(v + 6 * i * pointBytes, pointBytes, scratch + 6 * i * VALUE, VALUE, wide);
  }
}

/** Six values Bᵀ · (d0 … d5). */
// @ts-ignore: decorator
@inline
function patchTransform(
  to: usize, toStrideBytes: usize, from: usize, fromStrideBytes: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  const four = f32x4.splat(4);
  const five = f32x4.splat(-5);
  // unroll $h = 0..1
  const d0$h = $h == 0 || wide ? v128.load(from, 16 * $h) : zero;
  const d1$h = $h == 0 || wide ? v128.load(from + fromStrideBytes, 16 * $h) : zero;
  const d2$h = $h == 0 || wide ? v128.load(from + 2 * fromStrideBytes, 16 * $h) : zero;
  const d3$h = $h == 0 || wide ? v128.load(from + 3 * fromStrideBytes, 16 * $h) : zero;
  const d4$h = $h == 0 || wide ? v128.load(from + 4 * fromStrideBytes, 16 * $h) : zero;
  const d5$h = $h == 0 || wide ? v128.load(from + 5 * fromStrideBytes, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const even$h = f32x4.sub(d4$h, f32x4.mul(four, d2$h));
  const odd$h = f32x4.sub(d3$h, f32x4.mul(four, d1$h));
  const difference$h = f32x4.sub(d4$h, d2$h);
  const step$h = f32x4.sub(d3$h, d1$h);
  const twice$h = f32x4.add(step$h, step$h);
  // end of unroll
  v128.store(to, madd(madd(d40, four, d00), five, d20));
  if (wide) v128.store(to, madd(madd(d41, four, d01), five, d21), 16);
  v128.store(to + toStrideBytes, f32x4.add(even0, odd0));
  if (wide) v128.store(to + toStrideBytes, f32x4.add(even1, odd1), 16);
  v128.store(to + 2 * toStrideBytes, f32x4.sub(even0, odd0));
  if (wide) v128.store(to + 2 * toStrideBytes, f32x4.sub(even1, odd1), 16);
  v128.store(to + 3 * toStrideBytes, f32x4.add(difference0, twice0));
  if (wide) v128.store(to + 3 * toStrideBytes, f32x4.add(difference1, twice1), 16);
  v128.store(to + 4 * toStrideBytes, f32x4.sub(difference0, twice0));
  if (wide) v128.store(to + 4 * toStrideBytes, f32x4.sub(difference1, twice1), 16);
  v128.store(to + 5 * toStrideBytes, madd(madd(d50, four, d10), five, d30));
  if (wide) v128.store(to + 5 * toStrideBytes, madd(madd(d51, four, d11), five, d31), 16);
}

/** Aᵀ M, the first half of Aᵀ M A: 4×6 values at `scratch`. */
// @ts-ignore: decorator
@inline
export function outputColumns(scratch: usize, m: usize, pointBytes: usize, wide: bool): void {
  for (let j: usize = 0; j < 6; j++) {
    outputTransform(scratch + j * VALUE, 6 * VALUE, m + j * pointBytes, 6 * pointBytes, wide);
  }
}

/** Aᵀ M A: the 4×4 outputs at `scratch`, in rows of six values. */
// @ts-ignore: decorator
@inline
export function outputTile(scratch: usize, m: usize, pointBytes: usize, wide: bool): void {
  outputColumns(scratch, m, pointBytes, wide);
  for (let i: usize = 0; i < 4; i++) {
    const row = scratch + 6 * i * VALUE;
    outputTransform(row, VALUE, row, VALUE, wide);
  }
}

/** Four values Aᵀ · (m0 … m5). */
// @ts-ignore: decorator
@inline
function outputTransform(
  to: usize, toStrideBytes: usize, from: usize, fromStrideBytes: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  // unroll $h = 0..1
  const m0$h = $h == 0 || wide ? v128.load(from, 16 * $h) : zero;
  const m1$h = $h == 0 || wide ? v128.load(from + fromStrideBytes, 16 * $h) : zero;
  const m2$h = $h == 0 || wide ? v128.load(from + 2 * fromStrideBytes, 16 * $h) : zero;
  const m3$h = $h == 0 || wide ? v128.load(from + 3 * fromStrideBytes, 16 * $h) : zero;
  const m4$h = $h == 0 || wide ? v128.load(from + 4 * fromStrideBytes, 16 * $h) : zero;
  const m5$h = $h == 0 || wide ? v128.load(from + 5 * fromStrideBytes, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const a$h = f32x4.add(m1$h, m2$h);
  const b$h = f32x4.sub(m1$h, m2$h);
  const c$h = f32x4.add(m3$h, m4$h);
  const d$h = f32x4.sub(m3$h, m4$h);
  // end of unroll
  v128.store(to, output0(m00, a0, c0));
  if (wide) v128.store(to, output0(m01, a1, c1), 16);
  v128.store(to + toStrideBytes, output1(b0, d0));
  if (wide) v128.store(to + toStrideBytes, output1(b1, d1), 16);
  v128.store(to + 2 * toStrideBytes, output2(a0, c0));
  if (wide) v128.store(to + 2 * toStrideBytes, output2(a1, c1), 16);
  v128.store(to + 3 * toStrideBytes, output3(b0, d0, m50));
  if (wide) v128.store(to + 3 * toStrideBytes, output3(b1, d1, m51), 16);
}

// Each of the four alone, for callers that keep them in registers: a = m1 + m2, b = m1 − m2, c = m3 + m4, d = m3 − m4.

// @ts-ignore: decorator
@inline
export function output0(m0: v128, a: v128, c: v128): v128 {
  return f32x4.add(f32x4.add(m0, a), c);
}

// @ts-ignore: decorator
@inline
export function output1(b: v128, d: v128): v128 {
  return madd(b, f32x4.splat(2), d);
}

// @ts-ignore: decorator
@inline
export function output2(a: v128, c: v128): v128 {
  return madd(a, f32x4.splat(4), c);
}

// @ts-ignore: decorator
@inline
export function output3(b: v128, d: v128, m5: v128): v128 {
  return f32x4.add(madd(b, f32x4.splat(8), d), m5);
}

/** Six values A · (g0 … g3): the transpose of outputTransform. */
// @ts-ignore: decorator
@inline
function gradientTransform(
  to: usize, toStrideBytes: usize, from: usize, fromStrideBytes: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  const four = f32x4.splat(4);
  // unroll $h = 0..1
  const g0$h = $h == 0 || wide ? v128.load(from, 16 * $h) : zero;
  const g1$h = $h == 0 || wide ? v128.load(from + fromStrideBytes, 16 * $h) : zero;
  const g2$h = $h == 0 || wide ? v128.load(from + 2 * fromStrideBytes, 16 * $h) : zero;
  const g3$h = $h == 0 || wide ? v128.load(from + 3 * fromStrideBytes, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const even$h = f32x4.add(g0$h, g2$h);
  const odd$h = f32x4.add(g1$h, g3$h);
  const farEven$h = madd(g0$h, four, g2$h);
  const halfOdd$h = madd(g1$h, four, g3$h);
  const farOdd$h = f32x4.add(halfOdd$h, halfOdd$h);
  // end of unroll
  v128.store(to, g00);
  if (wide) v128.store(to, g01, 16);
  v128.store(to + toStrideBytes, f32x4.add(even0, odd0));
  if (wide) v128.store(to + toStrideBytes, f32x4.add(even1, odd1), 16);
  v128.store(to + 2 * toStrideBytes, f32x4.sub(even0, odd0));
  if (wide) v128.store(to + 2 * toStrideBytes, f32x4.sub(even1, odd1), 16);
  v128.store(to + 3 * toStrideBytes, f32x4.add(farEven0, farOdd0));
  if (wide) v128.store(to + 3 * toStrideBytes, f32x4.add(farEven1, farOdd1), 16);
  v128.store(to + 4 * toStrideBytes, f32x4.sub(farEven0, farOdd0));
  if (wide) v128.store(to + 4 * toStrideBytes, f32x4.sub(farEven1, farOdd1), 16);
  v128.store(to + 5 * toStrideBytes, g30);
  if (wide) v128.store(to + 5 * toStrideBytes, g31, 16);
}

/**
 * A dy Aᵀ of a 4×4 tile of output gradients at `dy`, each of the K channels: d[f], `pointBytes` apart, in whole
 * vectors of four channels. dy is read up to 12 bytes past the tile. `scratch` holds 24 values.
 */
export function gradientTile(d: usize, pointBytes: usize, dy: usize, scratch: usize, W: usize, K: usize): void {
  const pixelBytes = K * F32;
  const rowBytes = W * pixelBytes;
  let k: usize = 0;
  if (WIDE) {
    for (; k + 8 <= K; k += 8) gradient(d + k * F32, pointBytes, dy + k * F32, pixelBytes, rowBytes, scratch, true);
  }
  for (; k < K; k += 4) gradient(d + k * F32, pointBytes, dy + k * F32, pixelBytes, rowBytes, scratch, false);
}

// @ts-ignore: decorator
@inline
function gradient(
  d: usize, pointBytes: usize, dy: usize, pixelBytes: usize, rowBytes: usize, scratch: usize, wide: bool,
): void {
  for (let j: usize = 0; j < 4; j++) {
    gradientTransform(scratch + j * VALUE, 4 * VALUE, dy + j * pixelBytes, rowBytes, wide);
  }
  for (let i: usize = 0; i < 6; i++) {
    gradientTransform(d + 6 * i * pointBytes, pointBytes, scratch + 4 * i * VALUE, VALUE, wide);
  }
}

/** Three values Gᵀ · (m0 … m5): the transpose of kernelTransform. */
// @ts-ignore: decorator
@inline
function tapTransform(
  to: usize, toStrideBytes: usize, from: usize, fromStrideBytes: usize, wide: bool,
): void {
  const zero = f32x4.splat(0);
  const quarter = f32x4.splat(0.25);
  const sixth = f32x4.splat(1.0 / 6);
  const twelfth = f32x4.splat(1.0 / 12);
  const twentyFourth = f32x4.splat(1.0 / 24);
  // unroll $h = 0..1
  const m0$h = $h == 0 || wide ? v128.load(from, 16 * $h) : zero;
  const m1$h = $h == 0 || wide ? v128.load(from + fromStrideBytes, 16 * $h) : zero;
  const m2$h = $h == 0 || wide ? v128.load(from + 2 * fromStrideBytes, 16 * $h) : zero;
  const m3$h = $h == 0 || wide ? v128.load(from + 3 * fromStrideBytes, 16 * $h) : zero;
  const m4$h = $h == 0 || wide ? v128.load(from + 4 * fromStrideBytes, 16 * $h) : zero;
  const m5$h = $h == 0 || wide ? v128.load(from + 5 * fromStrideBytes, 16 * $h) : zero;
  // end of unroll
  // unroll $h = 0..1
  const inner$h = f32x4.mul(f32x4.add(m1$h, m2$h), sixth);
  const outer$h = f32x4.add(m3$h, m4$h);
  const difference$h = f32x4.mul(f32x4.sub(m2$h, m1$h), sixth);
  const ends$h = f32x4.sub(f32x4.mul(m0$h, quarter), inner$h);
  // end of unroll
  v128.store(to, f32x4.add(ends0, f32x4.mul(outer0, twentyFourth)));
  if (wide) v128.store(to, f32x4.add(ends1, f32x4.mul(outer1, twentyFourth)), 16);
  v128.store(to + toStrideBytes, f32x4.add(difference0, f32x4.mul(f32x4.sub(m30, m40), twelfth)));
  if (wide) v128.store(to + toStrideBytes, f32x4.add(difference1, f32x4.mul(f32x4.sub(m31, m41), twelfth)), 16);
  v128.store(to + 2 * toStrideBytes, f32x4.add(f32x4.sub(f32x4.mul(outer0, sixth), inner0), m50));
  if (wide) v128.store(to + 2 * toStrideBytes, f32x4.add(f32x4.sub(f32x4.mul(outer1, sixth), inner1), m51), 16);
}

/** Gᵀ M G: the 3×3 taps at `scratch`, in rows of six values. */
// @ts-ignore: decorator
@inline
export function tapTile(scratch: usize, m: usize, pointBytes: usize, wide: bool): void {
  for (let j: usize = 0; j < 6; j++) {
    tapTransform(scratch + j * VALUE, 6 * VALUE, m + j * pointBytes, 6 * pointBytes, wide);
  }
  for (let i: usize = 0; i < 3; i++) {
    const row = scratch + 6 * i * VALUE;
    tapTransform(row, VALUE, row, VALUE, wide);
  }
}
