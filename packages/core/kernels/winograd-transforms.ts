// The transforms of Winograd's F(4×4, 3×3), on four channels at a time: one dimension after the other. Their
// purpose is explained in winograd.ts; the kernel gradient's two are the transposes of the output's and the kernel's.
import { F32, madd } from "./simd";

/** Six values G · (g0, g1, g2), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
export function kernelTransform(to: usize, strideBytes: usize, g0: v128, g1: v128, g2: v128): void {
  const outer = f32x4.add(g0, g2);
  const sixth = f32x4.splat(-1.0 / 6);
  v128.store(to, f32x4.mul(g0, f32x4.splat(0.25)));
  v128.store(to + strideBytes, f32x4.mul(f32x4.add(outer, g1), sixth));
  v128.store(to + 2 * strideBytes, f32x4.mul(f32x4.sub(outer, g1), sixth));
  const even = f32x4.add(f32x4.mul(g0, f32x4.splat(1.0 / 24)), f32x4.mul(g2, f32x4.splat(1.0 / 6)));
  const odd = f32x4.mul(g1, f32x4.splat(1.0 / 12));
  v128.store(to + 3 * strideBytes, f32x4.add(even, odd));
  v128.store(to + 4 * strideBytes, f32x4.sub(even, odd));
  v128.store(to + 5 * strideBytes, g2);
}

/** V = Bᵀ d B of one 6×6 patch at `x`, each of the C channels: v[f], `pointBytes` apart. */
export function inputTile(v: usize, pointBytes: usize, x: usize, scratch: usize, W: usize, C: usize): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  let c: usize = 0;
  for (; c + 4 <= C; c += 4) {
    for (let j: usize = 0; j < 6; j++) {
      const column = x + j * pixelBytes + c * F32;
      patchTransform(
        scratch + j * 16, 96,
        v128.load(column), v128.load(column + rowBytes), v128.load(column + 2 * rowBytes),
        v128.load(column + 3 * rowBytes), v128.load(column + 4 * rowBytes), v128.load(column + 5 * rowBytes),
      );
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + i * 96;
      patchTransform(
        v + 6 * i * pointBytes + c * F32, pointBytes,
        v128.load(row), v128.load(row, 16), v128.load(row, 32),
        v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
      );
    }
  }
  // The last one to three channels, in the first lane.
  for (; c < C; c++) {
    for (let j: usize = 0; j < 6; j++) {
      const column = x + j * pixelBytes + c * F32;
      patchTransform(
        scratch + j * 16, 96,
        v128.load32_zero(column), v128.load32_zero(column + rowBytes), v128.load32_zero(column + 2 * rowBytes),
        v128.load32_zero(column + 3 * rowBytes), v128.load32_zero(column + 4 * rowBytes),
        v128.load32_zero(column + 5 * rowBytes),
      );
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + i * 96;
      // Into the row itself, then lane by lane: a whole vector would run over the next tile's channels.
      patchTransform(
        row, 16,
        v128.load(row), v128.load(row, 16), v128.load(row, 32),
        v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
      );
      for (let j: usize = 0; j < 6; j++) store<f32>(v + (6 * i + j) * pointBytes + c * F32, load<f32>(row + j * 16));
    }
  }
}

/** Six values Bᵀ · (d0 … d5), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
function patchTransform(
  to: usize, strideBytes: usize,
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128,
): void {
  const four = f32x4.splat(4);
  const five = f32x4.splat(-5);
  const even = f32x4.sub(d4, f32x4.mul(four, d2));
  const odd = f32x4.sub(d3, f32x4.mul(four, d1));
  const difference = f32x4.sub(d4, d2);
  const step = f32x4.sub(d3, d1);
  const twice = f32x4.add(step, step);
  v128.store(to, madd(madd(d4, four, d0), five, d2));
  v128.store(to + strideBytes, f32x4.add(even, odd));
  v128.store(to + 2 * strideBytes, f32x4.sub(even, odd));
  v128.store(to + 3 * strideBytes, f32x4.add(difference, twice));
  v128.store(to + 4 * strideBytes, f32x4.sub(difference, twice));
  v128.store(to + 5 * strideBytes, madd(madd(d5, four, d1), five, d3));
}

/** Aᵀ M of four channels, the first half of Aᵀ M A: 4×6 at `scratch`, 96 bytes a row and 16 a column. */
// @ts-ignore: decorator
@inline
export function outputColumns(scratch: usize, m: usize, pointBytes: usize): void {
  for (let j: usize = 0; j < 6; j++) {
    const column = m + j * pointBytes;
    outputTransform(
      scratch + j * 16, 96,
      v128.load(column), v128.load(column + 6 * pointBytes), v128.load(column + 12 * pointBytes),
      v128.load(column + 18 * pointBytes), v128.load(column + 24 * pointBytes), v128.load(column + 30 * pointBytes),
    );
  }
}

/** Aᵀ M A of four channels: the 4×4 outputs at `scratch`, 96 bytes a row and 16 a column. */
// @ts-ignore: decorator
@inline
export function outputTile(scratch: usize, m: usize, pointBytes: usize): void {
  outputColumns(scratch, m, pointBytes);
  for (let i: usize = 0; i < 4; i++) {
    const row = scratch + i * 96;
    outputTransform(
      row, 16,
      v128.load(row), v128.load(row, 16), v128.load(row, 32),
      v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
    );
  }
}

/** Four values Aᵀ · (m0 … m5), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
function outputTransform(
  to: usize, strideBytes: usize,
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128,
): void {
  const a = f32x4.add(m1, m2);
  const b = f32x4.sub(m1, m2);
  const c = f32x4.add(m3, m4);
  const d = f32x4.sub(m3, m4);
  v128.store(to, output0(m0, a, c));
  v128.store(to + strideBytes, output1(b, d));
  v128.store(to + 2 * strideBytes, output2(a, c));
  v128.store(to + 3 * strideBytes, output3(b, d, m5));
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

/** Six values A · (g0 … g3), `strideBytes` apart: the transpose of outputTransform. */
// @ts-ignore: decorator
@inline
function gradientTransform(to: usize, strideBytes: usize, g0: v128, g1: v128, g2: v128, g3: v128): void {
  const four = f32x4.splat(4);
  const even = f32x4.add(g0, g2);
  const odd = f32x4.add(g1, g3);
  const wideEven = madd(g0, four, g2);
  const halfOdd = madd(g1, four, g3);
  const wideOdd = f32x4.add(halfOdd, halfOdd);
  v128.store(to, g0);
  v128.store(to + strideBytes, f32x4.add(even, odd));
  v128.store(to + 2 * strideBytes, f32x4.sub(even, odd));
  v128.store(to + 3 * strideBytes, f32x4.add(wideEven, wideOdd));
  v128.store(to + 4 * strideBytes, f32x4.sub(wideEven, wideOdd));
  v128.store(to + 5 * strideBytes, g3);
}

/**
 * A dy Aᵀ of a 4×4 tile of output gradients at `dy`, each of the K channels: d[f], `pointBytes` apart, in whole
 * vectors of four channels. dy is read up to 12 bytes past the tile.
 */
export function gradientTile(d: usize, pointBytes: usize, dy: usize, scratch: usize, W: usize, K: usize): void {
  const pixelBytes = K * F32;
  const rowBytes = W * pixelBytes;
  for (let k: usize = 0; k < K; k += 4) {
    for (let j: usize = 0; j < 4; j++) {
      const column = dy + j * pixelBytes + k * F32;
      gradientTransform(
        scratch + j * 16, 64,
        v128.load(column), v128.load(column + rowBytes),
        v128.load(column + 2 * rowBytes), v128.load(column + 3 * rowBytes),
      );
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + i * 64;
      gradientTransform(
        d + 6 * i * pointBytes + k * F32, pointBytes,
        v128.load(row), v128.load(row, 16), v128.load(row, 32), v128.load(row, 48),
      );
    }
  }
}

/** Three values Gᵀ · (m0 … m5), `strideBytes` apart: the transpose of kernelTransform. */
// @ts-ignore: decorator
@inline
function tapTransform(
  to: usize, strideBytes: usize,
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128,
): void {
  const sixth = f32x4.splat(1.0 / 6);
  const inner = f32x4.mul(f32x4.add(m1, m2), sixth);
  const outer = f32x4.add(m3, m4);
  const difference = f32x4.mul(f32x4.sub(m2, m1), sixth);
  const ends = f32x4.sub(f32x4.mul(m0, f32x4.splat(0.25)), inner);
  v128.store(to, f32x4.add(ends, f32x4.mul(outer, f32x4.splat(1.0 / 24))));
  v128.store(to + strideBytes, f32x4.add(difference, f32x4.mul(f32x4.sub(m3, m4), f32x4.splat(1.0 / 12))));
  v128.store(to + 2 * strideBytes, f32x4.add(f32x4.sub(f32x4.mul(outer, sixth), inner), m5));
}

/** Gᵀ M G of four channels: the 3×3 taps at `scratch`, 96 bytes a row and 16 a column. */
// @ts-ignore: decorator
@inline
export function tapTile(scratch: usize, m: usize, pointBytes: usize): void {
  for (let j: usize = 0; j < 6; j++) {
    const column = m + j * pointBytes;
    tapTransform(
      scratch + j * 16, 96,
      v128.load(column), v128.load(column + 6 * pointBytes), v128.load(column + 12 * pointBytes),
      v128.load(column + 18 * pointBytes), v128.load(column + 24 * pointBytes), v128.load(column + 30 * pointBytes),
    );
  }
  for (let i: usize = 0; i < 3; i++) {
    const row = scratch + i * 96;
    tapTransform(
      row, 16,
      v128.load(row), v128.load(row, 16), v128.load(row, 32),
      v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
    );
  }
}
