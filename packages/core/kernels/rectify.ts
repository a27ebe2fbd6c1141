// Rectifiers with more to them than ReLU: one with a slope, a threshold and a maximum, and one whose slopes are weights.
import { F32 } from "./simd";

/** y = min(x, maximum) where x > threshold, else slope · (x − threshold): x y [N, count]; y may be x. */
export function rectifyForward(
  y: usize, x: usize, N: usize, count: usize, slope: f32, threshold: f32, maximum: f32,
): void {
  const end = y + N * count * F32;
  // Two stores side by side, after all loads, which V8's 256-bit pass merges.
  for (; y + 32 <= end; y += 32, x += 32) {
    const low = rectified(v128.load(x), slope, threshold, maximum);
    const high = rectified(v128.load(x, 16), slope, threshold, maximum);
    v128.store(y, low);
    v128.store(y, high, 16);
  }
  for (; y < end; y += F32, x += F32) {
    store<f32>(y, f32x4.extract_lane(rectified(v128.load32_splat(x), slope, threshold, maximum), 0));
  }
}

/** The gradient of rectifyForward: dx = dy · (slope up to the threshold, 0 from the maximum on, else 1); dx may be dy. */
export function rectifyBackward(
  dx: usize, dy: usize, x: usize, N: usize, count: usize, slope: f32, threshold: f32, maximum: f32,
): void {
  const end = dx + N * count * F32;
  for (; dx + 32 <= end; dx += 32, dy += 32, x += 32) {
    const low = f32x4.mul(v128.load(dy), slopes(v128.load(x), slope, threshold, maximum));
    const high = f32x4.mul(v128.load(dy, 16), slopes(v128.load(x, 16), slope, threshold, maximum));
    v128.store(dx, low);
    v128.store(dx, high, 16);
  }
  for (; dx < end; dx += F32, dy += F32, x += F32) {
    store<f32>(dx, load<f32>(dy) * f32x4.extract_lane(slopes(v128.load32_splat(x), slope, threshold, maximum), 0));
  }
}

// @ts-ignore: decorator
@inline
function rectified(x: v128, slope: f32, threshold: f32, maximum: f32): v128 {
  const bend = f32x4.splat(threshold);
  // A slope of 0 times −∞ would be NaN.
  const below = slope == 0 ? f32x4.splat(0) : f32x4.mul(f32x4.splat(slope), f32x4.sub(x, bend));
  // "Not above" is false for a NaN, which stays.
  return v128.bitselect(below, f32x4.min(x, f32x4.splat(maximum)), f32x4.le(x, bend));
}

// @ts-ignore: decorator
@inline
function slopes(x: v128, slope: f32, threshold: f32, maximum: f32): v128 {
  const above = v128.andnot(f32x4.splat(1), f32x4.ge(x, f32x4.splat(maximum)));
  return v128.bitselect(f32x4.splat(slope), above, f32x4.le(x, f32x4.splat(threshold)));
}

/**
 * y = x where x > 0, else a · x, a = alpha[h·strideH + w·strideW + c·strideC]
 *
 * x y [N, H, W, C]; a stride is 0 along an axis that shares its slopes. y may be x.
 */
export function preluForward(
  y: usize, x: usize, alpha: usize,
  N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let a = alpha + (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, x += F32, y += F32, a += strideC * F32) {
          const value = load<f32>(x);
          store<f32>(y, value > 0 ? value : load<f32>(a) * value);
        }
      }
    }
  }
}

/** The gradient of preluForward with respect to x: dx = dy where x > 0, else a · dy; dx may be dy. */
export function preluBackward(
  dx: usize, dy: usize, x: usize, alpha: usize,
  N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let a = alpha + (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, x += F32, dy += F32, dx += F32, a += strideC * F32) {
          const g = load<f32>(dy);
          store<f32>(dx, load<f32>(x) > 0 ? g : load<f32>(a) * g);
        }
      }
    }
  }
}

/** The gradient of preluForward's slopes: dalpha[a] += Σ x · dy over the x that are not above 0 and share a. */
export function preluGradient(
  dalpha: usize, dy: usize, x: usize,
  N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let a = dalpha + (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, x += F32, dy += F32, a += strideC * F32) {
          const value = load<f32>(x);
          if (!(value > 0)) store<f32>(a, load<f32>(a) + value * load<f32>(dy));
        }
      }
    }
  }
}
