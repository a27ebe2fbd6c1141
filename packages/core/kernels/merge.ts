// Merges several values into one.
import { F32 } from "./simd";

/** y += x, both [N, count]. */
export function addTo(y: usize, x: usize, N: usize, count: usize): void {
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = f32x4.add(v128.load(y), v128.load(x));
    const high = f32x4.add(v128.load(y, 16), v128.load(x, 16));
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, load<f32>(y) + load<f32>(x));
}

/** y = a · b, all [N, count]; y may be a or b. */
export function multiply(y: usize, a: usize, b: usize, N: usize, count: usize): void {
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, a += 32, b += 32) {
    const low = f32x4.mul(v128.load(a), v128.load(b));
    const high = f32x4.mul(v128.load(a, 16), v128.load(b, 16));
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, a += F32, b += F32) store<f32>(y, load<f32>(a) * load<f32>(b));
}

/** N · rows pieces of `bytes` bytes: y and x each advance by their own stride, in bytes. */
export function copyPieces(
  y: usize, x: usize, N: usize, rows: usize, bytes: usize, yStrideBytes: usize, xStrideBytes: usize,
): void {
  const pieces = N * rows;
  for (let piece: usize = 0; piece < pieces; piece++) {
    memory.copy(y + piece * yStrideBytes, x + piece * xStrideBytes, bytes);
  }
}

/** y[n, i] = y[n, i] · w[n]: y [N, count], w [N]. */
export function scaleRows(y: usize, w: usize, N: usize, count: usize): void {
  for (let n: usize = 0; n < N; n++, w += F32) {
    const factor = load<f32>(w);
    const end = y + count * F32;
    for (; y < end; y += F32) store<f32>(y, load<f32>(y) * factor);
  }
}
