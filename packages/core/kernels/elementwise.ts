// One pass over an array, eight floats a turn: two stores side by side, after all loads, which V8's 256-bit pass merges
// (docs/performance.md).
import { copyFloats, F32 } from "./simd";

/** y = x · scale + offset from bytes: y f32, x u8, both [N, count]. */
export function rescaleBytes(y: usize, x: usize, N: usize, count: usize, scale: f32, offset: f32): void {
  const factor = f32x4.splat(scale);
  const shift = f32x4.splat(offset);
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 8) {
    const words = i16x8.extend_low_i8x16_u(v128.load64_zero(x));
    const low = f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words));
    const high = f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words));
    v128.store(y, f32x4.add(f32x4.mul(low, factor), shift));
    v128.store(y, f32x4.add(f32x4.mul(high, factor), shift), 16);
  }
  for (; y < end; y += F32, x += 1) store<f32>(y, <f32>load<u8>(x) * scale + offset);
}

/** y = x · scale + offset: f32, both [N, count]; y may be x. */
export function rescale(y: usize, x: usize, N: usize, count: usize, scale: f32, offset: f32): void {
  const factor = f32x4.splat(scale);
  const shift = f32x4.splat(offset);
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = f32x4.add(f32x4.mul(v128.load(x), factor), shift);
    const high = f32x4.add(f32x4.mul(v128.load(x, 16), factor), shift);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, load<f32>(x) * scale + offset);
}

/** y = max(0, x), both [N, count]; y may be x. */
export function reluForward(y: usize, x: usize, N: usize, count: usize): void {
  const zero = f32x4.splat(0);
  const end = y + N * count * F32;
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = f32x4.max(v128.load(x), zero);
    const high = f32x4.max(v128.load(x, 16), zero);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, max<f32>(load<f32>(x), 0));
}

/** The gradient of reluForward: dx = dy where y > 0, else 0, all [N, count]; dx may be dy. */
export function reluBackward(dx: usize, dy: usize, y: usize, N: usize, count: usize): void {
  const zero = f32x4.splat(0);
  const end = dx + N * count * F32;
  for (; dx + 32 <= end; dx += 32, dy += 32, y += 32) {
    const low = v128.and(v128.load(dy), f32x4.gt(v128.load(y), zero));
    const high = v128.and(v128.load(dy, 16), f32x4.gt(v128.load(y, 16), zero));
    v128.store(dx, low);
    v128.store(dx, high, 16);
  }
  for (; dx < end; dx += F32, dy += F32, y += F32) {
    store<f32>(dx, load<f32>(y) > 0 ? load<f32>(dy) : 0);
  }
}

/** y[n, top+h, left+w, c] = x[n,h,w,c], zeros around: x [N, H, W, C], y [N, paddedH, paddedW, C]. */
export function padImage(
  y: usize, x: usize,
  N: usize, H: usize, W: usize, C: usize, paddedH: usize, paddedW: usize, top: usize, left: usize,
): void {
  const rowBytes = W * C * F32;
  const paddedRowBytes = paddedW * C * F32;
  memory.fill(y, 0, N * paddedH * paddedRowBytes);
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      copyFloats(y + (n * paddedH + top + h) * paddedRowBytes + left * C * F32, x + (n * H + h) * rowBytes, W * C);
    }
  }
}

/** The gradient of padImage: y[n,h,w,c] = x[n, top+h, left+w, c]: x [N, paddedH, paddedW, C], y [N, H, W, C]. */
export function cropImage(
  y: usize, x: usize,
  N: usize, H: usize, W: usize, C: usize, paddedH: usize, paddedW: usize, top: usize, left: usize,
): void {
  const rowBytes = W * C * F32;
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      copyFloats(y + (n * H + h) * rowBytes, x + ((n * paddedH + top + h) * paddedW + left) * C * F32, W * C);
    }
  }
}

/** Sets `bytes` bytes at `y` to zero. */
export function clear(y: usize, bytes: usize): void {
  memory.fill(y, 0, bytes);
}

/** y = x: N pieces of `bytes` bytes. */
export function copy(y: usize, x: usize, N: usize, bytes: usize): void {
  memory.copy(y, x, N * bytes);
}
