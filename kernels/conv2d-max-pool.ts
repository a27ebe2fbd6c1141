// Convolution, bias, ReLU and 2×2 max-pooling in one: a tile's four rows are the four pixels of one pooling
// window, so that the full-size activation is never written.
import { tile } from "./tile";
import { F32, madd } from "./simd";

/**
 * y[n,p,q,k] = max(0, max over the 2×2 window at (2p, 2q) of (bias[k] + Σ x · w))
 * winner[n,p,q,k] = which of the window's four pixels, in row order, was the largest; the first of equals
 *
 * x [N, H, W, C] already padded, w [R, S, C, K], bias [K], y [N, P, Q, K] with P Q pooled, winner u8 likewise;
 * the convolution has stride 1 and no dilation. `scratch` holds one tile. bias and w are read up to 28 bytes
 * past their end; y and winner are written up to their own end only.
 */
export function conv2dMaxPoolForward(
  y: usize, winner: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const zero = f32x4.splat(0);
  for (let n: usize = 0; n < N; n++) {
    for (let p: usize = 0; p < P; p++) {
      const xRow = x + (n * H + 2 * p) * rowBytes;
      for (let k: usize = 0; k < K; k += 8) {
        for (let q: usize = 0; q < Q; q++) {
          const x0 = xRow + 2 * q * pixelBytes;
          tile(
            scratch, 32,
            bias + k * F32, 0,
            x0, x0 + pixelBytes, x0 + rowBytes, x0 + rowBytes + pixelBytes,
            w + k * F32,
            R, rowBytes,
            1, 0,
            S * C, F32, K * F32,
            -Infinity,
          );
          const at = ((n * P + p) * Q + q) * K + k;
          if (K - k >= 8) {
            const low = windowWinner(scratch);
            const high = windowWinner(scratch + 16);
            v128.store(y + at * F32, f32x4.max(windowMax(scratch), zero));
            v128.store(y + at * F32, f32x4.max(windowMax(scratch + 16), zero), 16);
            const words = i16x8.narrow_i32x4_s(low, high);
            v128.store64_lane(winner + at, i8x16.narrow_i16x8_u(words, words), 0);
          } else {
            for (let lane: usize = 0; lane < K - k; lane++) {
              poolLane(y + (at + lane) * F32, winner + at + lane, scratch + lane * F32);
            }
          }
        }
      }
    }
  }
}

/** The largest of the four rows of a tile, lane by lane. */
// @ts-ignore: decorator
@inline
function windowMax(column: usize): v128 {
  const first = f32x4.max(v128.load(column), v128.load(column, 32));
  const second = f32x4.max(v128.load(column, 64), v128.load(column, 96));
  return f32x4.max(first, second);
}

/** Which row holds the largest, 0..3 in each 32-bit lane; the first of equals. */
// @ts-ignore: decorator
@inline
function windowWinner(column: usize): v128 {
  const v0 = v128.load(column);
  const v1 = v128.load(column, 32);
  const v2 = v128.load(column, 64);
  const v3 = v128.load(column, 96);
  // A comparison that holds gives −1, so its negative is 0 or 1.
  const first = i32x4.neg(f32x4.gt(v1, v0));
  const second = i32x4.sub(i32x4.splat(2), f32x4.gt(v3, v2));
  return v128.bitselect(second, first, f32x4.gt(f32x4.max(v2, v3), f32x4.max(v0, v1)));
}

/** One lane of windowMax, ReLU and windowWinner. */
function poolLane(y: usize, winner: usize, column: usize): void {
  let best = load<f32>(column);
  let index: u8 = 0;
  for (let row: u8 = 1; row < 4; row++) {
    const value = load<f32>(column + <usize>row * 32);
    if (value > best) {
      best = value;
      index = row;
    }
  }
  store<f32>(y, max<f32>(best, 0));
  store<u8>(winner, index);
}

/**
 * The gradients of conv2dMaxPoolForward. A gradient passes only where y > 0, and there only to the winner:
 * 15–40% of the units after dropout, so the sum runs over those alone.
 *
 *     g = dy[n,p,q,k] · scale  where y[n,p,q,k] > 0;  (h, v) the winner's pixel
 *     db[k] += g      dwt[k,r,s,c] += g · x[n, h+r, v+s, c]      dx[n, h+r, v+s, c] += g · wt[k,r,s,c]
 *
 * dy y [N, P, Q, K], winner u8 likewise, x dx [N, H, W, C], wt dwt [K, R, S, C], db [K]. dx is overwritten, or
 * left alone when 0 is given for it; dwt and db are added to. `scale` is 1 / (1 − rate) when a dropout follows,
 * whose dropped units are the zeros of y. `active` holds P·Q·K unit numbers (i32).
 */
export function conv2dMaxPoolBackward(
  dx: usize, dwt: usize, db: usize, dy: usize, y: usize, winner: usize, x: usize, wt: usize, active: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  scale: f32,
): void {
  const units = P * Q * K;
  const run = S * C;
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  if (dx) memory.fill(dx, 0, N * H * rowBytes);

  for (let n: usize = 0; n < N; n++) {
    const dySample = dy + n * units * F32;
    const ySample = y + n * units * F32;
    const winnerSample = winner + n * units;

    // Which units pass a gradient, without a branch: half of the branches would be mispredicted.
    let count: usize = 0;
    for (let unit: usize = 0; unit < units; unit++) {
      store<u32>(active + (count << 2), <u32>unit);
      const passes = i32(load<f32>(ySample + unit * F32) > 0) & i32(load<f32>(dySample + unit * F32) != 0);
      count += passes;
    }

    for (let i: usize = 0; i < count; i++) {
      const unit = <usize>load<u32>(active + (i << 2));
      const k = unit % K;
      const window = unit / K;
      const p = window / Q;
      const q = window % Q;
      const at = <usize>load<u8>(winnerSample + unit);
      const g = load<f32>(dySample + unit * F32) * scale;
      store<f32>(db + k * F32, load<f32>(db + k * F32) + g);

      const pixel = (n * H + 2 * p + (at >> 1)) * rowBytes + (2 * q + (at & 1)) * pixelBytes;
      let weights = k * R * run * F32;
      const factor = f32x4.splat(g);
      for (let r: usize = 0; r < R; r++) {
        if (dx) scatterRun(dx + pixel + r * rowBytes, wt + weights, run, g, factor);
        scatterRun(dwt + weights, x + pixel + r * rowBytes, run, g, factor);
        weights += run * F32;
      }
    }
  }
}

/** y[i] += x[i] · g, i < count; `factor` is g in all four lanes. */
// @ts-ignore: decorator
@inline
function scatterRun(y: usize, x: usize, count: usize, g: f32, factor: v128): void {
  const end = y + count * F32;
  for (; y + 16 <= end; y += 16, x += 16) v128.store(y, madd(v128.load(y), v128.load(x), factor));
  for (; y < end; y += F32, x += F32) store<f32>(y, load<f32>(y) + load<f32>(x) * g);
}

/** wt[k,r,s,c] = w[r,s,c,k]: taps = R·S·C. The layout in which one output channel's weights lie together. */
export function kernelByChannel(wt: usize, w: usize, taps: usize, K: usize): void {
  for (let t: usize = 0; t < taps; t++) {
    for (let k: usize = 0; k < K; k++) store<f32>(wt + (k * taps + t) * F32, load<f32>(w + (t * K + k) * F32));
  }
}
