// Average-pooling of any window and stride, with windows cut off at the edges for `same` padding.
import { F32 } from "./simd";
import { WIDE } from "./width";

/**
 * y[n,p,q,c] = mean of x[n, h, w, c] over the window at (p·strideH − top, q·strideW − left), cut to the image:
 * pixels outside do not count
 *
 * x [N, H, W, C], y [N, P, Q, C]; `poolH` × `poolW` the window.
 */
export function averagePoolForward(
  y: usize, x: usize,
  N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  poolH: usize, poolW: usize, strideH: usize, strideW: usize, top: usize, left: usize,
): void {
  const pixelBytes = C * F32;
  for (let n: usize = 0; n < N; n++, x += H * W * pixelBytes) {
    for (let p: usize = 0; p < P; p++) {
      const h0 = first(p, strideH, top);
      const h1 = min<usize>(H, p * strideH + poolH - top);
      for (let q: usize = 0; q < Q; q++, y += pixelBytes) {
        const w0 = first(q, strideW, left);
        const w1 = min<usize>(W, q * strideW + poolW - left);
        const share = <f32>1 / <f32>((h1 - h0) * (w1 - w0));
        let c: usize = 0;
        if (WIDE) for (; c + 32 <= pixelBytes; c += 32) mean(y + c, x + c, W, C, h0, h1, w0, w1, share, 8);
        for (; c + 16 <= pixelBytes; c += 16) mean(y + c, x + c, W, C, h0, h1, w0, w1, share, 4);
        for (; c + 8 <= pixelBytes; c += 8) mean(y + c, x + c, W, C, h0, h1, w0, w1, share, 2);
        if (c < pixelBytes) mean(y + c, x + c, W, C, h0, h1, w0, w1, share, 1);
      }
    }
  }
}

/** The mean of a window of x, of eight, four, two or one `channels`. */
// @ts-ignore: decorator
@inline
function mean(
  y: usize, x: usize, W: usize, C: usize,
  h0: usize, h1: usize, w0: usize, w1: usize, share: f32, channels: i32,
): void {
  let first = f32x4.splat(0);
  let second = first;
  for (let h = h0; h < h1; h++) {
    for (let w = w0; w < w1; w++) {
      const from = x + (h * W + w) * C * F32;
      if (channels >= 4) first = f32x4.add(first, v128.load(from));
      else if (channels == 2) first = f32x4.add(first, v128.load64_zero(from));
      else first = f32x4.add(first, v128.load32_zero(from));
      if (channels == 8) second = f32x4.add(second, v128.load(from, 16));
    }
  }
  const factor = f32x4.splat(share);
  first = f32x4.mul(first, factor);
  second = f32x4.mul(second, factor);
  if (channels >= 4) v128.store(y, first);
  else if (channels == 2) v128.store64_lane(y, first, 0);
  else v128.store32_lane(y, first, 0);
  if (channels == 8) v128.store(y, second, 16);
}

/** The gradient of averagePoolForward: dx[n,h,w,c] += dy[n,p,q,c] / size of the window, for each window over it. */
export function averagePoolBackward(
  dx: usize, dy: usize,
  N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  poolH: usize, poolW: usize, strideH: usize, strideW: usize, top: usize, left: usize,
): void {
  const pixelBytes = C * F32;
  memory.fill(dx, 0, N * H * W * pixelBytes);
  for (let n: usize = 0; n < N; n++, dx += H * W * pixelBytes) {
    for (let p: usize = 0; p < P; p++) {
      const h0 = first(p, strideH, top);
      const h1 = min<usize>(H, p * strideH + poolH - top);
      for (let q: usize = 0; q < Q; q++, dy += pixelBytes) {
        const w0 = first(q, strideW, left);
        const w1 = min<usize>(W, q * strideW + poolW - left);
        const share = <f32>1 / <f32>((h1 - h0) * (w1 - w0));
        for (let h = h0; h < h1; h++) {
          for (let w = w0; w < w1; w++) addScaled(dx + (h * W + w) * pixelBytes, dy, C, share);
        }
      }
    }
  }
}

/** Where the window at `position` begins within the image. */
// @ts-ignore: decorator
@inline
function first(position: usize, stride: usize, before: usize): usize {
  return <usize>max<isize>(0, <isize>(position * stride) - <isize>before);
}

/** y += x · factor for C channels. */
export function addScaled(y: usize, x: usize, C: usize, factor: f32): void {
  const end = y + C * F32;
  const factors = f32x4.splat(factor);
  for (; y + 32 <= end; y += 32, x += 32) {
    const first = f32x4.add(v128.load(y), f32x4.mul(v128.load(x), factors));
    const second = f32x4.add(v128.load(y, 16), f32x4.mul(v128.load(x, 16), factors));
    v128.store(y, first);
    v128.store(y, second, 16);
  }
  for (; y + 8 <= end; y += 8, x += 8) {
    v128.store64_lane(y, f32x4.add(v128.load64_zero(y), f32x4.mul(v128.load64_zero(x), factors)), 0);
  }
  if (y < end) store<f32>(y, load<f32>(y) + load<f32>(x) * factor);
}
