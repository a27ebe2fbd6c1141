// Average-pooling of any window and stride, with windows cut off at the edges for `same` padding.
import { F32 } from "./simd";

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
        memory.fill(y, 0, pixelBytes);
        for (let h = h0; h < h1; h++) {
          for (let w = w0; w < w1; w++) addScaled(y, x + (h * W + w) * pixelBytes, C, 1);
        }
        scale(y, C, share);
      }
    }
  }
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
  for (; y + 16 <= end; y += 16, x += 16) {
    v128.store(y, f32x4.add(v128.load(y), f32x4.mul(v128.load(x), factors)));
  }
  for (; y < end; y += F32, x += F32) store<f32>(y, load<f32>(y) + load<f32>(x) * factor);
}

/** y *= factor for C channels. */
function scale(y: usize, C: usize, factor: f32): void {
  const end = y + C * F32;
  for (; y < end; y += F32) store<f32>(y, load<f32>(y) * factor);
}
