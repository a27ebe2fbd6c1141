// Max-pooling of any window and stride, with windows cut off at the edges for `same` padding.
import { F32 } from "./simd";
import { WIDE } from "./width";

/**
 * y[n,p,q,c] = max of x[n, h, w, c] over the window at (p·strideH − top, q·strideW − left), cut to the image
 * winner[n,p,q,c] = h·W + w of the largest (i32); the first of equals
 *
 * x [N, H, W, C], y [N, P, Q, C]; `poolH` × `poolW` the window.
 */
export function maxPoolForward(
  y: usize, winner: usize, x: usize,
  N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
  poolH: usize, poolW: usize, strideH: usize, strideW: usize, top: usize, left: usize,
): void {
  let at: usize = 0;
  for (let n: usize = 0; n < N; n++) {
    const sample = x + n * H * W * C * F32;
    for (let p: usize = 0; p < P; p++) {
      const h0 = <usize>max<isize>(0, <isize>(p * strideH) - <isize>top);
      const h1 = min<usize>(H, p * strideH + poolH - top);
      for (let q: usize = 0; q < Q; q++) {
        const w0 = <usize>max<isize>(0, <isize>(q * strideW) - <isize>left);
        const w1 = min<usize>(W, q * strideW + poolW - left);
        let c: usize = 0;
        if (WIDE) for (; c + 8 <= C; c += 8, at += 32) largest(y + at, winner + at, sample + c * F32, W, C, h0, h1, w0, w1, true);
        for (; c + 4 <= C; c += 4, at += 16) largest(y + at, winner + at, sample + c * F32, W, C, h0, h1, w0, w1, false);
        for (; c < C; c++, at += F32) {
          let best: f32 = -Infinity;
          let index = h0 * W + w0;
          for (let h = h0; h < h1; h++) {
            for (let w = w0; w < w1; w++) {
              const value = load<f32>(sample + ((h * W + w) * C + c) * F32);
              // Not "value > best": a NaN must win and stay, so that it is seen at the end.
              if (!(value <= best) && best == best) {
                best = value;
                index = h * W + w;
              }
            }
          }
          store<f32>(y + at, best);
          store<u32>(winner + at, <u32>index);
        }
      }
    }
  }
}

/** The largest of a window of `sample`, and which it was, of four channels, or of eight where `wide`. */
// @ts-ignore: decorator
@inline
function largest(
  y: usize, winner: usize, sample: usize, W: usize, C: usize,
  h0: usize, h1: usize, w0: usize, w1: usize, wide: bool,
): void {
  // unroll $h = 0..1
  let best$h = f32x4.splat(-Infinity);
  let index$h = i32x4.splat(<i32>(h0 * W + w0));
  // end of unroll
  for (let h = h0; h < h1; h++) {
    for (let w = w0; w < w1; w++) {
      const place = h * W + w;
      const here = i32x4.splat(<i32>place);
      const from = sample + place * C * F32;
      // unroll $h = 0..1
      if ($h == 0 || wide) {
        const value = v128.load(from, 16 * $h);
        // Larger or a NaN, and no NaN before: a NaN must win and stay, so that it is seen at the end.
        const wins = v128.andnot(f32x4.eq(best$h, best$h), f32x4.le(value, best$h));
        best$h = v128.bitselect(value, best$h, wins);
        index$h = v128.bitselect(here, index$h, wins);
      }
      // end of unroll
    }
  }
  v128.store(y, best0);
  if (wide) v128.store(y, best1, 16);
  v128.store(winner, index0);
  if (wide) v128.store(winner, index1, 16);
}

/** The gradient of maxPoolForward: dx[n, winner, c] += dy[n,p,q,c]. dx [N, H, W, C] is overwritten; dy [N, P, Q, C]. */
export function maxPoolBackward(
  dx: usize, dy: usize, winner: usize,
  N: usize, H: usize, W: usize, C: usize, P: usize, Q: usize,
): void {
  memory.fill(dx, 0, N * H * W * C * F32);
  let at: usize = 0;
  for (let n: usize = 0; n < N; n++) {
    const sample = dx + n * H * W * C * F32;
    for (let pixel: usize = 0; pixel < P * Q; pixel++) {
      for (let c: usize = 0; c < C; c++, at += F32) {
        const target = sample + (<usize>load<u32>(winner + at) * C + c) * F32;
        store<f32>(target, load<f32>(target) + load<f32>(dy + at));
      }
    }
  }
}
