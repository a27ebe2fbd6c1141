// Muon: gradient descent whose step is a matrix with all singular values near one.
import { F32 } from "./simd";

/**
 * A step of Muon (Jordan et al., 2024), as in Keras. scalars = [rate, momentum]:
 *
 *     m = momentum · m + g      u = g + momentum · m with Nesterov's correction, or m
 *     X = u / (‖u‖ + 1e-7); `steps` times X = a X + (b A + c A²) X with A = X Xᵀ      w −= rate · scale · X
 *
 * w g m [rows, columns]; scratch of 2 · s · (l' + s') floats, s the smaller and l the larger of rows and columns,
 * with ' rounded up to multiples of 4.
 */
export function muon(
  w: usize, g: usize, m: usize, scratch: usize, rows: usize, columns: usize, scalars: usize, nesterov: u32,
  steps: usize, a: f32, b: f32, c: f32, scale: f32,
): void {
  const rate = load<f32>(scalars);
  const momentum = load<f32>(scalars, 4);
  // X has the shorter side first, so that A is small.
  const tall = rows > columns;
  const s = tall ? columns : rows;
  const l = tall ? rows : columns;
  const xStride = (l + 3) & ~3;
  const aStride = (s + 3) & ~3;
  let x = scratch;
  let y = x + s * xStride * F32;
  const p = y + s * xStride * F32;
  const q = p + s * aStride * F32;
  // Rows are summed up to their padded ends.
  memory.fill(scratch, 0, 2 * s * (xStride + aStride) * F32);

  let sum: f64 = 0;
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < columns; column++) {
      const i = (row * columns + column) * F32;
      const gradient = load<f32>(g + i);
      const average = momentum * load<f32>(m + i) + gradient;
      const mean = abs(average) < f32.MIN_NORMAL_VALUE ? <f32>0 : average;
      store<f32>(m + i, mean);
      const push = nesterov ? gradient + momentum * mean : mean;
      sum += <f64>push * <f64>push;
      store<f32>(x + (tall ? column * xStride + row : row * xStride + column) * F32, push);
    }
  }
  const norm = <f32>sqrt(sum) + <f32>1e-7;
  for (let i: usize = 0; i < s * xStride; i++) store<f32>(x + i * F32, load<f32>(x + i * F32) / norm);

  for (let step: usize = 0; step < steps; step++) {
    rowProducts(p, x, s, xStride, aStride);
    rowProducts(q, p, s, aStride, aStride);
    for (let i: usize = 0; i < s * aStride; i++) {
      store<f32>(q + i * F32, b * load<f32>(p + i * F32) + c * load<f32>(q + i * F32));
    }
    combineRows(y, q, x, s, xStride, aStride, a);
    const last = x;
    x = y;
    y = last;
  }

  const factor = rate * scale;
  for (let row: usize = 0; row < rows; row++) {
    for (let column: usize = 0; column < columns; column++) {
      const i = (row * columns + column) * F32;
      const value = load<f32>(x + (tall ? column * xStride + row : row * xStride + column) * F32);
      store<f32>(w + i, load<f32>(w + i) - factor * value);
    }
  }
}

/** p = X Xᵀ, a symmetric matrix: x [s, xStride], p [s, pStride]. */
function rowProducts(p: usize, x: usize, s: usize, xStride: usize, pStride: usize): void {
  for (let i: usize = 0; i < s; i++) {
    const left = x + i * xStride * F32;
    for (let j: usize = i; j < s; j++) {
      const right = x + j * xStride * F32;
      let sums = f32x4.splat(0);
      for (let k: usize = 0; k < xStride * F32; k += 16) {
        sums = f32x4.add(sums, f32x4.mul(v128.load(left + k), v128.load(right + k)));
      }
      const sum =
        f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1) +
        (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3));
      store<f32>(p + (i * pStride + j) * F32, sum);
      store<f32>(p + (j * pStride + i) * F32, sum);
    }
  }
}

/** y = a X + Q X: x y [s, xStride], q [s, qStride]. */
function combineRows(y: usize, q: usize, x: usize, s: usize, xStride: usize, qStride: usize, a: f32): void {
  for (let i: usize = 0; i < s; i++) {
    const out = y + i * xStride * F32;
    const own = x + i * xStride * F32;
    for (let k: usize = 0; k < xStride * F32; k += 16) {
      v128.store(out + k, f32x4.mul(f32x4.splat(a), v128.load(own + k)));
    }
    for (let j: usize = 0; j < s; j++) {
      const factor = v128.load32_splat(q + (i * qStride + j) * F32);
      const row = x + j * xStride * F32;
      for (let k: usize = 0; k < xStride * F32; k += 16) {
        v128.store(out + k, f32x4.add(v128.load(out + k), f32x4.mul(factor, v128.load(row + k))));
      }
    }
  }
}
