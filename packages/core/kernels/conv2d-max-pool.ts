// Convolution, bias, ReLU and 2×2 max-pooling in one: a tile's four rows are the four pixels of one pooling
// window, so that the full-size activation is never written.
import { tile } from "./tile";
import { F32, larger, madd } from "./simd";

/**
 * y[n,p,q,k] = max(0, max over the 2×2 window at (2p, 2q) of (bias[k] + Σ x · w))
 * winner[n,p,q,k] = which of the window's four pixels, in row order, is the largest; the first of equals
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
            S * C, K * F32, 0,
            -Infinity,
          );
          const at = ((n * P + p) * Q + q) * K + k;
          if (K - k >= 8) {
            const low = windowWinner(scratch);
            const high = windowWinner(scratch + 16);
            v128.store(y + at * F32, f32x4.pmax(windowMax(scratch), zero));
            v128.store(y + at * F32, f32x4.pmax(windowMax(scratch + 16), zero), 16);
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
  const first = larger(v128.load(column), v128.load(column, 32));
  const second = larger(v128.load(column, 64), v128.load(column, 96));
  return larger(first, second);
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
  return v128.bitselect(second, first, f32x4.gt(larger(v2, v3), larger(v0, v1)));
}

/** One lane of windowMax, ReLU and windowWinner. */
function poolLane(y: usize, winner: usize, column: usize): void {
  let best = load<f32>(column);
  let index: u8 = 0;
  for (let row: u8 = 1; row < 4; row++) {
    const value = load<f32>(column + <usize>row * 32);
    // As in windowMax, a NaN wins and stays.
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
 * after dropout about half of the pooled units, one in seven of all. The sum runs over those alone.
 *
 *     g = dy[n,p,q,k] · scale  where y[n,p,q,k] > 0;  (h, v) the winner's pixel
 *     db[k] += g      dwt[k,r,s,c] += g · x[n, h+r, v+s, c]      dx[n, h+r, v+s, c] += g · wt[k,r,s,c]
 *
 * dy y [N, P, Q, K], winner u8 likewise, x dx [N, H, W, C], wt dwt [K, R, S, C], db [K]. dx is overwritten, or
 * not computed if it is 0; dwt and db are added to. `scale` is 1 / (1 − rate) if a dropout follows,
 * and its dropped units are the zeros of y. `lists` holds 2·P·(Q + 2)·K + 4·P + 2·K + 4 words.
 *
 * Units that add to the same place are collected first: those of one output channel for dwt, those of one column
 * of pixels for dx. Then each place is summed in registers, read and written a few times.
 */
export function conv2dMaxPoolBackward(
  dx: usize, dwt: usize, db: usize, dy: usize, y: usize, winner: usize, x: usize, wt: usize, lists: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  scale: f32,
): void {
  const run = S * C;
  const runBytes = run * F32;
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  const kernelBytes = R * runBytes;
  // One list of terms for each channel, and one for each of the two current columns of pixels, with the
  // start of each row of pixels.
  const byChannel = lists;
  const channelListBytes = P * Q * TERM_BYTES;
  const left = byChannel + K * channelListBytes;
  const right = left + P * K * TERM_BYTES;
  const leftRows = right + P * K * TERM_BYTES;
  const rightRows = leftRows + (2 * P + 1) * 4;
  const channelEnds = rightRows + (2 * P + 1) * 4;
  if (dx) memory.fill(dx, 0, N * H * rowBytes);

  for (let n: usize = 0; n < N; n++) {
    for (let k: usize = 0; k < K; k++) store<u32>(channelEnds + k * 4, <u32>(byChannel + k * channelListBytes));
    for (let q: usize = 0; q < Q; q++) {
      let leftEnd = left;
      let rightEnd = right;
      for (let p: usize = 0; p < P; p++) {
        const first = ((n * P + p) * Q + q) * K;
        const corner = x + (n * H + 2 * p) * rowBytes + 2 * q * pixelBytes;
        for (let row: usize = 0; row < 2; row++) {
          store<u32>(leftRows + (2 * p + row) * 4, <u32>leftEnd);
          store<u32>(rightRows + (2 * p + row) * 4, <u32>rightEnd);
          // Output row 2p + row meets input row h at the kernel's row h − 2p − row.
          const weights = wt - (2 * p + row) * runBytes;
          const pixel = corner + row * rowBytes;
          for (let k: usize = 0; k < K; k += 32) {
            const count = min<usize>(32, K - k);
            const gradients = dy + (first + k) * F32;
            const active = activeUnits(y + (first + k) * F32, gradients, count);
            const kernels = weights + k * kernelBytes;
            const ends = channelEnds + k * 4;
            const inLeft = active & winners(winner + first + k, <u8>(2 * row));
            leftEnd = collect(leftEnd, ends, inLeft, gradients, scale, kernels, kernelBytes, pixel);
            const inRight = active & winners(winner + first + k, <u8>(2 * row + 1));
            rightEnd = collect(rightEnd, ends, inRight, gradients, scale, kernels, kernelBytes, pixel + pixelBytes);
          }
        }
      }
      store<u32>(leftRows + 2 * P * 4, <u32>leftEnd);
      store<u32>(rightRows + 2 * P * 4, <u32>rightEnd);
      if (!dx) continue;
      const column = dx + n * H * rowBytes + 2 * q * pixelBytes;
      addColumn(column, rowBytes, leftRows, 2 * P, R, run);
      addColumn(column + pixelBytes, rowBytes, rightRows, 2 * P, R, run);
    }

    for (let k: usize = 0; k < K; k++) {
      const list = byChannel + k * channelListBytes;
      const end = <usize>load<u32>(channelEnds + k * 4);
      if (end == list) continue;
      let sum = load<f32>(db + k * F32);
      for (let term = list; term < end; term += TERM_BYTES) sum += load<f32>(term, 4);
      store<f32>(db + k * F32, sum);
      for (let r: usize = 0; r < R; r++) {
        addTerms(dwt + k * kernelBytes + r * runBytes, list, end, r * rowBytes, run);
      }
    }
  }
}

/** dx rows h = 0 … rows + R − 2 of one column: each takes the terms of the output rows h − R + 1 … h. */
function addColumn(dx: usize, rowBytes: usize, starts: usize, rows: usize, R: usize, run: usize): void {
  for (let h: usize = 0; h < rows + R - 1; h++) {
    const first = load<u32>(starts + (h >= R ? h - R + 1 : 0) * 4);
    const end = load<u32>(starts + min<usize>(h + 1, rows) * 4);
    if (first < end) addTerms(dx + h * rowBytes, first, end, h * run * F32, run);
  }
}

/** A bit for each of `count` ≤ 32 units, 1 where y > 0 and dy ≠ 0. Reads up to 12 bytes past them. */
// @ts-ignore: decorator
@inline
function activeUnits(y: usize, dy: usize, count: usize): u32 {
  const zero = f32x4.splat(0);
  let bits: u32 = 0;
  for (let i: usize = 0; i < count; i += 4) {
    const passes = v128.and(f32x4.gt(v128.load(y + i * F32), zero), f32x4.ne(v128.load(dy + i * F32), zero));
    bits |= <u32>i32x4.bitmask(passes) << <u32>i;
  }
  return count < 32 ? bits & ((1 << <u32>count) - 1) : bits;
}

/** A bit for each of 32 units, 1 where the winner is `pixel`. Reads 32 bytes. */
// @ts-ignore: decorator
@inline
function winners(winner: usize, pixel: u8): u32 {
  const wanted = i8x16.splat(pixel);
  const low = <u32>i8x16.bitmask(i8x16.eq(v128.load(winner), wanted));
  const high = <u32>i8x16.bitmask(i8x16.eq(v128.load(winner, 16), wanted));
  return low | (high << 16);
}

/**
 * Appends, for each unit whose bit is set, a term to the list of its column, which ends at `end`, and one to the
 * list of its channel, which ends at the unit's word of `channelEnds`. Returns the column's new end.
 */
// @ts-ignore: decorator
@inline
function collect(
  end: usize, channelEnds: usize, units: u32, gradients: usize, scale: f32,
  kernels: usize, kernelBytes: usize, pixel: usize,
): usize {
  for (; units != 0; units &= units - 1) {
    const unit = <usize>ctz(units);
    const gradient = load<f32>(gradients + unit * F32) * scale;
    storeTerm(end, kernels + unit * kernelBytes, gradient);
    end += TERM_BYTES;
    const channelEnd = <usize>load<u32>(channelEnds + unit * 4);
    storeTerm(channelEnd, pixel, gradient);
    store<u32>(channelEnds + unit * 4, <u32>(channelEnd + TERM_BYTES));
  }
  return end;
}

/** A term of a sum: the address of a row of floats (u32), and the factor that it is taken with (f32). */
const TERM_BYTES: usize = 8;

// @ts-ignore: decorator
@inline
function storeTerm(term: usize, row: usize, factor: f32): void {
  store<u32>(term, <u32>row);
  store<f32>(term, factor, 4);
}

/**
 * y[0..length) += Σ over the terms of factor · row[from offsetBytes on].
 *
 * Twelve accumulators, a product and a factor fill the fifteen registers that V8 hands out. The build writes out each stretch
 * between `unroll $i = 0..11` and `end of unroll` once for each accumulator.
 */
function addTerms(y: usize, list: usize, end: usize, offsetBytes: usize, length: usize): void {
  let left = length;
  for (; left >= 48; left -= 48, y += 192, offsetBytes += 192) {
    // unroll $i = 0..11
    let a$i = v128.load(y, 16 * $i);
    // end of unroll
    for (let term = list; term < end; term += TERM_BYTES) {
      const row = <usize>load<u32>(term) + offsetBytes;
      const factor = v128.load32_splat(term, 4);
      // unroll $i = 0..11
      a$i = madd(a$i, factor, v128.load(row, 16 * $i));
      // end of unroll
    }
    // unroll $i = 0..11
    v128.store(y, a$i, 16 * $i);
    // end of unroll
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

/** wt[k,r,s,c] = w[r,s,c,k]: taps = R·S·C. In this layout the weights of one output channel are contiguous. */
export function kernelByChannel(wt: usize, w: usize, taps: usize, K: usize): void {
  for (let t: usize = 0; t < taps; t++) {
    for (let k: usize = 0; k < K; k++) store<f32>(wt + (k * taps + t) * F32, load<f32>(w + (t * K + k) * F32));
  }
}
