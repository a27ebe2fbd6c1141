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
    // As in windowMax a NaN wins and stays.
    if (!(value <= best) && best == best) {
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
 * whose dropped units are the zeros of y. `lists` holds 2·P·Q·K + 10·K + 4 words.
 *
 * Units that add to the same place are collected first: those of one output channel for dwt, those of one pixel
 * for dx. Then each place is summed in registers, read and written once.
 */
export function conv2dMaxPoolBackward(
  dx: usize, dwt: usize, db: usize, dy: usize, y: usize, winner: usize, x: usize, wt: usize, lists: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  scale: f32,
): void {
  const windows = P * Q;
  const run = S * C;
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const kernelBytes = R * run * F32;
  // One list of terms for each channel, one for each pixel of the window at hand, and how long they are.
  const byChannel = lists;
  const channelListBytes = windows * TERM_BYTES;
  const byPixel = byChannel + K * channelListBytes;
  const pixelListBytes = K * TERM_BYTES;
  const channelCounts = byPixel + 4 * pixelListBytes;
  const pixelCounts = channelCounts + K * 4;
  const active = pixelCounts + 16;
  if (dx) memory.fill(dx, 0, N * H * rowBytes);

  for (let n: usize = 0; n < N; n++) {
    memory.fill(channelCounts, 0, K * 4);
    for (let window: usize = 0; window < windows; window++) {
      const first = (n * windows + window) * K;
      // Which units pass a gradient, without a branch: half of the branches would be mispredicted.
      let count: usize = 0;
      for (let k: usize = 0; k < K; k++) {
        store<u32>(active + (count << 2), <u32>k);
        const at = (first + k) * F32;
        count += <usize>(u32(load<f32>(y + at) > 0) & u32(load<f32>(dy + at) != 0));
      }
      if (count == 0) continue;

      const corner = (n * H + 2 * (window / Q)) * rowBytes + 2 * (window % Q) * pixelBytes;
      v128.store(pixelCounts, i32x4.splat(0));
      for (let i: usize = 0; i < count; i++) {
        const k = <usize>load<u32>(active + (i << 2));
        const pixel = <usize>load<u8>(winner + first + k);
        const gradient = load<f32>(dy + (first + k) * F32) * scale;
        const offset = corner + (pixel >> 1) * rowBytes + (pixel & 1) * pixelBytes;
        append(byChannel + k * channelListBytes, channelCounts + k * 4, x + offset, gradient);
        append(byPixel + pixel * pixelListBytes, pixelCounts + pixel * 4, wt + k * kernelBytes, gradient);
      }
      if (!dx) continue;
      for (let pixel: usize = 0; pixel < 4; pixel++) {
        const terms = load<u32>(pixelCounts + pixel * 4);
        if (terms == 0) continue;
        const target = dx + corner + (pixel >> 1) * rowBytes + (pixel & 1) * pixelBytes;
        for (let r: usize = 0; r < R; r++) {
          addTerms(target + r * rowBytes, byPixel + pixel * pixelListBytes, terms, r * run * F32, run);
        }
      }
    }

    for (let k: usize = 0; k < K; k++) {
      const terms = load<u32>(channelCounts + k * 4);
      const list = byChannel + k * channelListBytes;
      let sum = load<f32>(db + k * F32);
      for (let i: usize = 0; i < <usize>terms; i++) sum += load<f32>(list + i * TERM_BYTES, 4);
      store<f32>(db + k * F32, sum);
      for (let r: usize = 0; r < R; r++) {
        addTerms(dwt + k * kernelBytes + r * run * F32, list, terms, r * rowBytes, run);
      }
    }
  }
}

/** A term of a sum: the address of a row of floats (u32), and the factor that it is taken with (f32). */
const TERM_BYTES: usize = 8;

/** Appends a term to a list whose length stands at `count`. */
// @ts-ignore: decorator
@inline
function append(list: usize, count: usize, row: usize, factor: f32): void {
  const length = <usize>load<u32>(count);
  store<u32>(list + length * TERM_BYTES, <u32>row);
  store<f32>(list + length * TERM_BYTES, factor, 4);
  store<u32>(count, <u32>length + 1);
}

/** y[0..length) += Σ over the terms of factor · row[from offsetBytes on]. */
function addTerms(y: usize, list: usize, terms: u32, offsetBytes: usize, length: usize): void {
  const end = list + <usize>terms * TERM_BYTES;
  let left = length;
  // Twelve accumulators, a product and a factor fill the fifteen registers that V8 gives out.
  for (; left >= 48; left -= 48, y += 192, offsetBytes += 192) {
    let a0 = v128.load(y);
    let a1 = v128.load(y, 16);
    let a2 = v128.load(y, 32);
    let a3 = v128.load(y, 48);
    let a4 = v128.load(y, 64);
    let a5 = v128.load(y, 80);
    let a6 = v128.load(y, 96);
    let a7 = v128.load(y, 112);
    let a8 = v128.load(y, 128);
    let a9 = v128.load(y, 144);
    let a10 = v128.load(y, 160);
    let a11 = v128.load(y, 176);
    for (let term = list; term < end; term += TERM_BYTES) {
      const row = <usize>load<u32>(term) + offsetBytes;
      const factor = v128.load32_splat(term, 4);
      a0 = madd(a0, factor, v128.load(row));
      a1 = madd(a1, factor, v128.load(row, 16));
      a2 = madd(a2, factor, v128.load(row, 32));
      a3 = madd(a3, factor, v128.load(row, 48));
      a4 = madd(a4, factor, v128.load(row, 64));
      a5 = madd(a5, factor, v128.load(row, 80));
      a6 = madd(a6, factor, v128.load(row, 96));
      a7 = madd(a7, factor, v128.load(row, 112));
      a8 = madd(a8, factor, v128.load(row, 128));
      a9 = madd(a9, factor, v128.load(row, 144));
      a10 = madd(a10, factor, v128.load(row, 160));
      a11 = madd(a11, factor, v128.load(row, 176));
    }
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, a2, 32);
    v128.store(y, a3, 48);
    v128.store(y, a4, 64);
    v128.store(y, a5, 80);
    v128.store(y, a6, 96);
    v128.store(y, a7, 112);
    v128.store(y, a8, 128);
    v128.store(y, a9, 144);
    v128.store(y, a10, 160);
    v128.store(y, a11, 176);
  }
  for (; left >= 4; left -= 4, y += 16, offsetBytes += 16) {
    let sum = v128.load(y);
    for (let term = list; term < end; term += TERM_BYTES) {
      sum = madd(sum, v128.load32_splat(term, 4), v128.load(<usize>load<u32>(term) + offsetBytes));
    }
    v128.store(y, sum);
  }
  for (; left > 0; left--, y += F32, offsetBytes += F32) {
    let sum = load<f32>(y);
    for (let term = list; term < end; term += TERM_BYTES) {
      sum += load<f32>(term, 4) * load<f32>(<usize>load<u32>(term) + offsetBytes);
    }
    store<f32>(y, sum);
  }
}

/** wt[k,r,s,c] = w[r,s,c,k]: taps = R·S·C. The layout in which one output channel's weights lie together. */
export function kernelByChannel(wt: usize, w: usize, taps: usize, K: usize): void {
  for (let t: usize = 0; t < taps; t++) {
    for (let k: usize = 0; k < K; k++) store<f32>(wt + (k * taps + t) * F32, load<f32>(w + (t * K + k) * F32));
  }
}
