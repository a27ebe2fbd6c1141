// Batch normalization: y = (x − mean) / √(variance + ε) · γ + β for each channel, with statistics over the samples
// of the whole batch and their positions.
//
// A shard sums its share of each channel into `parts`, f64 [2, C]; a task merges the parts in the order of the shards.
// x y dy dx are [N, rows, C]; mean variance inverse scale shift, and all other arrays with one number a channel, f32 [C].
import { addWide, blockRows, F64, lanes0, lanes1, put } from "./channel-rows";
import { F32, madd } from "./simd";
import { narrow } from "./wide-math";
import { WIDE } from "./width";

/** f64 as f32: the counterpart of addWide. */
// @ts-ignore: decorator
@inline
function narrowed(from: usize, channels: i32): v128 {
  return channels >= 4 ? narrow(v128.load(from), v128.load(from, 16)) : f32x4.splat(<f32>load<f64>(from));
}

/** A shard's mean and Σ (x − mean)² of each channel, into `parts`; two passes, so that nothing cancels. `scratch` holds a tile. */
export function batchMoments(parts: usize, x: usize, scratch: usize, N: usize, rows: usize, C: usize): void {
  const count = N * rows;
  const block = blockRows(C);
  const squares = parts + C * F64;
  const strideBytes = C * F32;
  memory.fill(parts, 0, 2 * C * F64);
  for (let row: usize = 0; row < count; row += block) {
    const from = x + row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    if (WIDE) for (; c + 8 <= C; c += 8) sumRows(parts + c * F64, from + c * F32, scratch, now, strideBytes, 8);
    for (; c + 4 <= C; c += 4) sumRows(parts + c * F64, from + c * F32, scratch, now, strideBytes, 4);
    for (; c < C; c++) sumRows(parts + c * F64, from + c * F32, scratch, now, strideBytes, 1);
  }
  for (let c: usize = 0; c < C; c++) store<f64>(parts + c * F64, load<f64>(parts + c * F64) / <f64>count);
  for (let row: usize = 0; row < count; row += block) {
    const from = x + row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    if (WIDE) {
      for (; c + 8 <= C; c += 8) {
        sumSquares(squares + c * F64, from + c * F32, parts + c * F64, scratch, now, strideBytes, 8);
      }
    }
    for (; c + 4 <= C; c += 4) {
      sumSquares(squares + c * F64, from + c * F32, parts + c * F64, scratch, now, strideBytes, 4);
    }
    for (; c < C; c++) sumSquares(squares + c * F64, from + c * F32, parts + c * F64, scratch, now, strideBytes, 1);
  }
}

// @ts-ignore: decorator
@inline
function sumRows(sums: usize, x: usize, scratch: usize, count: usize, strideBytes: usize, channels: i32): void {
  // unroll $h = 0..1
  let a$h = f32x4.splat(0);
  let b$h = a$h;
  let c$h = a$h;
  let d$h = a$h;
  // end of unroll
  let row: usize = 0;
  for (; row + 4 <= count; row += 4, x += 4 * strideBytes) {
    // unroll $h = 0..1
    a$h = f32x4.add(a$h, lanes$h(x, channels));
    b$h = f32x4.add(b$h, lanes$h(x + strideBytes, channels));
    c$h = f32x4.add(c$h, lanes$h(x + 2 * strideBytes, channels));
    d$h = f32x4.add(d$h, lanes$h(x + 3 * strideBytes, channels));
    // end of unroll
  }
  for (; row < count; row++, x += strideBytes) {
    // unroll $h = 0..1
    a$h = f32x4.add(a$h, lanes$h(x, channels));
    // end of unroll
  }
  // unroll $h = 0..1
  const sum$h = f32x4.add(f32x4.add(a$h, b$h), f32x4.add(c$h, d$h));
  // end of unroll
  addWide(sums, sum0, sum1, scratch, channels);
}

// @ts-ignore: decorator
@inline
function sumSquares(
  sums: usize, x: usize, mean: usize, scratch: usize, count: usize, strideBytes: usize, channels: i32,
): void {
  if (channels == 8) {
    v128.store(scratch, narrowed(mean, 4), 32);
    v128.store(scratch, narrowed(mean + 32, 4), 48);
  }
  const middle0 = channels == 8 ? v128.load(scratch, 32) : narrowed(mean, channels);
  const middle1 = channels == 8 ? v128.load(scratch, 48) : middle0;
  // unroll $h = 0..1
  let a$h = f32x4.splat(0);
  let b$h = a$h;
  // end of unroll
  let row: usize = 0;
  for (; row + 2 <= count; row += 2, x += 2 * strideBytes) {
    // unroll $h = 0..1
    const first$h = f32x4.sub(lanes$h(x, channels), middle$h);
    const second$h = f32x4.sub(lanes$h(x + strideBytes, channels), middle$h);
    a$h = madd(a$h, first$h, first$h);
    b$h = madd(b$h, second$h, second$h);
    // end of unroll
  }
  if (row < count) {
    // unroll $h = 0..1
    const last$h = f32x4.sub(lanes$h(x, channels), middle$h);
    a$h = madd(a$h, last$h, last$h);
    // end of unroll
  }
  addWide(sums, f32x4.add(a0, b0), f32x4.add(a1, b1), scratch, channels);
}

/**
 * The batch's mean and (biased) variance of `channels` channels from the shards' parts, which are
 * `strideBytes` apart (Chan, Golub and LeVeque, "Updating Formulae and a Pairwise Algorithm for
 * Computing Sample Variances", 1979); and moving = moving · momentum + batch's · (1 − momentum). C is the number of
 * channels in a part.
 */
export function mergeMoments(
  mean: usize, variance: usize, movingMean: usize, movingVariance: usize, parts: usize,
  channels: usize, C: usize, rows: usize, batch: usize, shardSize: usize, shards: usize, strideBytes: usize,
  momentum: f64,
): void {
  for (let c: usize = 0; c < channels; c++) {
    let count: f64 = 0;
    let middle: f64 = 0;
    let squares: f64 = 0;
    for (let s: usize = 0; s < shards; s++) {
      const part = parts + s * strideBytes + c * F64;
      const more = <f64>(min(shardSize, batch - s * shardSize) * rows);
      const away = load<f64>(part) - middle;
      const share = more / (count + more);
      middle += away * share;
      squares += load<f64>(part + C * F64) + away * away * count * share;
      count += more;
    }
    squares /= count;
    store<f32>(mean + c * F32, <f32>middle);
    store<f32>(variance + c * F32, <f32>squares);
    blend(movingMean + c * F32, middle, momentum);
    blend(movingVariance + c * F32, squares, momentum);
  }
}

// @ts-ignore: decorator
@inline
function blend(moving: usize, now: f64, momentum: f64): void {
  store<f32>(moving, <f32>(<f64>load<f32>(moving) * momentum + now * (1 - momentum)));
}

/**
 * The factors that turn x into y: inverse = 1 / √(variance + epsilon), scale = γ · inverse, shift = β − mean · scale, of
 * `channels` channels. Without `hasGamma`, γ is 1 and not read.
 */
export function channelScale(
  scale: usize, shift: usize, inverse: usize, mean: usize, variance: usize, gamma: usize, beta: usize,
  channels: usize, epsilon: f64, hasGamma: u32,
): void {
  for (let c: usize = 0; c < channels * F32; c += F32) {
    const reciprocal = <f32>(1 / sqrt(<f64>load<f32>(variance + c) + epsilon));
    const factor = hasGamma ? load<f32>(gamma + c) * reciprocal : reciprocal;
    store<f32>(inverse + c, reciprocal);
    store<f32>(scale + c, factor);
    store<f32>(shift + c, load<f32>(beta + c) - load<f32>(mean + c) * factor);
  }
}

/** y = max(lowest, x · scale + shift); y may be x. */
export function scaleChannels(
  y: usize, x: usize, scale: usize, shift: usize, N: usize, rows: usize, C: usize, lowest: f32,
): void {
  const count = N * rows;
  const block = blockRows(C);
  const strideBytes = C * F32;
  for (let row: usize = 0; row < count; row += block) {
    const offset = row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    if (WIDE) {
      for (; c + 32 <= strideBytes; c += 32) {
        scaleRows(y + offset + c, x + offset + c, scale + c, shift + c, now, strideBytes, lowest, 8);
      }
    }
    for (; c + 16 <= strideBytes; c += 16) {
      scaleRows(y + offset + c, x + offset + c, scale + c, shift + c, now, strideBytes, lowest, 4);
    }
    for (; c < strideBytes; c += F32) {
      scaleRows(y + offset + c, x + offset + c, scale + c, shift + c, now, strideBytes, lowest, 1);
    }
  }
}

// @ts-ignore: decorator
@inline
function scaleRows(
  y: usize, x: usize, scale: usize, shift: usize, count: usize, strideBytes: usize, lowest: f32, channels: i32,
): void {
  const least = f32x4.splat(lowest);
  // unroll $h = 0..1
  const factor$h = lanes$h(scale, channels);
  const offset$h = lanes$h(shift, channels);
  // end of unroll
  for (let row: usize = 0; row < count; row++, x += strideBytes, y += strideBytes) {
    // unroll $h = 0..1
    const value$h = lanes$h(x, channels);
    // end of unroll
    put(
      y, f32x4.max(madd(offset0, value0, factor0), least), f32x4.max(madd(offset1, value1, factor1), least), channels,
    );
  }
}
