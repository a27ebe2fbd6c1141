// Batch normalization: y = (x − mean) / √(variance + ε) · γ + β for each channel, with statistics over the samples
// of the whole batch and their positions.
//
// A shard sums its share of each channel into `parts`, f64 [2, C]; a task merges the parts in the order of the shards.
// x y dy dx are [N, rows, C]; mean variance inverse scale shift, and all other arrays with one number a channel, f32 [C].
import { F32, madd } from "./simd";
import { high, low, narrow } from "./wide-math";

const F64: usize = 8;

/** Rows processed channel by channel while they are in the first-level cache; their sums stay in f32. */
function blockRows(C: usize): usize {
  return max<usize>(4, min<usize>(64, 4096 / C));
}

/** Four channels, or one of them in every lane. */
// @ts-ignore: decorator
@inline
function lanes(from: usize, wide: bool): v128 {
  return wide ? v128.load(from) : v128.load32_splat(from);
}

// @ts-ignore: decorator
@inline
function put(to: usize, values: v128, wide: bool): void {
  if (wide) v128.store(to, values);
  else store<f32>(to, f32x4.extract_lane(values, 0));
}

/** sums += values, in f64. */
// @ts-ignore: decorator
@inline
function addWide(sums: usize, values: v128, wide: bool): void {
  if (wide) {
    v128.store(sums, f64x2.add(v128.load(sums), low(values)));
    v128.store(sums + 16, f64x2.add(v128.load(sums + 16), high(values)));
  } else {
    store<f64>(sums, load<f64>(sums) + <f64>f32x4.extract_lane(values, 0));
  }
}

/** f64 as f32: the counterpart of addWide. */
// @ts-ignore: decorator
@inline
function narrowed(from: usize, wide: bool): v128 {
  return wide ? narrow(v128.load(from), v128.load(from + 16)) : f32x4.splat(<f32>load<f64>(from));
}

/** A shard's mean and Σ (x − mean)² of each channel, into `parts`; two passes, so that nothing cancels. */
export function batchMoments(parts: usize, x: usize, N: usize, rows: usize, C: usize): void {
  const count = N * rows;
  const block = blockRows(C);
  const squares = parts + C * F64;
  const strideBytes = C * F32;
  memory.fill(parts, 0, 2 * C * F64);
  for (let row: usize = 0; row < count; row += block) {
    const from = x + row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    for (; c + 4 <= C; c += 4) sumRows(parts + c * F64, from + c * F32, now, strideBytes, true);
    for (; c < C; c++) sumRows(parts + c * F64, from + c * F32, now, strideBytes, false);
  }
  for (let c: usize = 0; c < C; c++) store<f64>(parts + c * F64, load<f64>(parts + c * F64) / <f64>count);
  for (let row: usize = 0; row < count; row += block) {
    const from = x + row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    for (; c + 4 <= C; c += 4) {
      sumSquares(squares + c * F64, from + c * F32, parts + c * F64, now, strideBytes, true);
    }
    for (; c < C; c++) sumSquares(squares + c * F64, from + c * F32, parts + c * F64, now, strideBytes, false);
  }
}

// @ts-ignore: decorator
@inline
function sumRows(sums: usize, x: usize, count: usize, strideBytes: usize, wide: bool): void {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let row: usize = 0;
  for (; row + 4 <= count; row += 4, x += 4 * strideBytes) {
    a = f32x4.add(a, lanes(x, wide));
    b = f32x4.add(b, lanes(x + strideBytes, wide));
    c = f32x4.add(c, lanes(x + 2 * strideBytes, wide));
    d = f32x4.add(d, lanes(x + 3 * strideBytes, wide));
  }
  for (; row < count; row++, x += strideBytes) a = f32x4.add(a, lanes(x, wide));
  addWide(sums, f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), wide);
}

// @ts-ignore: decorator
@inline
function sumSquares(sums: usize, x: usize, mean: usize, count: usize, strideBytes: usize, wide: bool): void {
  const middle = narrowed(mean, wide);
  let a = f32x4.splat(0);
  let b = a;
  let row: usize = 0;
  for (; row + 2 <= count; row += 2, x += 2 * strideBytes) {
    const first = f32x4.sub(lanes(x, wide), middle);
    const second = f32x4.sub(lanes(x + strideBytes, wide), middle);
    a = madd(a, first, first);
    b = madd(b, second, second);
  }
  if (row < count) {
    const last = f32x4.sub(lanes(x, wide), middle);
    a = madd(a, last, last);
  }
  addWide(sums, f32x4.add(a, b), wide);
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
    for (; c + 16 <= strideBytes; c += 16) {
      scaleRows(y + offset + c, x + offset + c, scale + c, shift + c, now, strideBytes, lowest, true);
    }
    for (; c < strideBytes; c += F32) {
      scaleRows(y + offset + c, x + offset + c, scale + c, shift + c, now, strideBytes, lowest, false);
    }
  }
}

// @ts-ignore: decorator
@inline
function scaleRows(
  y: usize, x: usize, scale: usize, shift: usize, count: usize, strideBytes: usize, lowest: f32, wide: bool,
): void {
  const factor = lanes(scale, wide);
  const offset = lanes(shift, wide);
  const least = f32x4.splat(lowest);
  for (let row: usize = 0; row < count; row++, x += strideBytes, y += strideBytes) {
    put(y, f32x4.max(madd(offset, lanes(x, wide), factor), least), wide);
  }
}

/** dy where scaleChannels gave more than `least`, else 0; computed again, by the same operations. */
// @ts-ignore: decorator
@inline
function passed(dy: v128, x: v128, factor: v128, offset: v128, least: v128): v128 {
  return v128.and(dy, f32x4.gt(madd(offset, x, factor), least));
}

/** A shard's Σ g and Σ g · (x − mean) of each channel, into `parts`: g is dy where scaleChannels let it through. */
export function channelGradients(
  parts: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize,
  N: usize, rows: usize, C: usize, lowest: f32,
): void {
  const count = N * rows;
  const block = blockRows(C);
  const strideBytes = C * F32;
  const least = f32x4.splat(lowest);
  memory.fill(parts, 0, 2 * C * F64);
  for (let row: usize = 0; row < count; row += block) {
    const offset = row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    for (; c + 4 <= C; c += 4) {
      const at = c * F32;
      gradientRows(
        parts + c * F64, C, dy + offset + at, x + offset + at, mean + at, scale + at, shift + at,
        now, strideBytes, least, true,
      );
    }
    for (; c < C; c++) {
      const at = c * F32;
      gradientRows(
        parts + c * F64, C, dy + offset + at, x + offset + at, mean + at, scale + at, shift + at,
        now, strideBytes, least, false,
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function gradientRows(
  sums: usize, C: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize,
  count: usize, strideBytes: usize, least: v128, wide: bool,
): void {
  const middle = lanes(mean, wide);
  const factor = lanes(scale, wide);
  const offset = lanes(shift, wide);
  let plain = f32x4.splat(0);
  let plainOdd = plain;
  let weighted = plain;
  let weightedOdd = plain;
  let row: usize = 0;
  for (; row + 2 <= count; row += 2, x += 2 * strideBytes, dy += 2 * strideBytes) {
    const value = lanes(x, wide);
    const g = passed(lanes(dy, wide), value, factor, offset, least);
    plain = f32x4.add(plain, g);
    weighted = madd(weighted, g, f32x4.sub(value, middle));
    const valueOdd = lanes(x + strideBytes, wide);
    const gOdd = passed(lanes(dy + strideBytes, wide), valueOdd, factor, offset, least);
    plainOdd = f32x4.add(plainOdd, gOdd);
    weightedOdd = madd(weightedOdd, gOdd, f32x4.sub(valueOdd, middle));
  }
  if (row < count) {
    const value = lanes(x, wide);
    const g = passed(lanes(dy, wide), value, factor, offset, least);
    plain = f32x4.add(plain, g);
    weighted = madd(weighted, g, f32x4.sub(value, middle));
  }
  addWide(sums, f32x4.add(plain, plainOdd), wide);
  addWide(sums + C * F64, f32x4.add(weighted, weightedOdd), wide);
}

/**
 * From the shards' channelGradients: dγ = inverse · Σ g · (x − mean) and dβ = Σ g; and where the statistics are the
 * batch's own, what their gradients add to dx = g · scale + (x − mean) · slope + offset, M = batch · rows:
 * slope = −scale · inverse² · Σ g · (x − mean) / M and offset = −scale · Σ g / M.
 */
export function mergeChannelGradients(
  dgamma: usize, dbeta: usize, slope: usize, offset: usize, parts: usize, scale: usize, inverse: usize,
  channels: usize, C: usize, rows: usize, batch: usize, shards: usize, strideBytes: usize,
): void {
  const count = <f64>(batch * rows);
  for (let c: usize = 0; c < channels; c++) {
    let plain: f64 = 0;
    let weighted: f64 = 0;
    for (let s: usize = 0; s < shards; s++) {
      const part = parts + s * strideBytes + c * F64;
      plain += load<f64>(part);
      weighted += load<f64>(part + C * F64);
    }
    const reciprocal = <f64>load<f32>(inverse + c * F32);
    const share = <f64>load<f32>(scale + c * F32) / count;
    store<f32>(dgamma + c * F32, <f32>(weighted * reciprocal));
    store<f32>(dbeta + c * F32, <f32>plain);
    store<f32>(slope + c * F32, <f32>(-share * reciprocal * reciprocal * weighted));
    store<f32>(offset + c * F32, <f32>(-share * plain));
  }
}

/** The gradient of scaleChannels: dx = g · scale + (x − mean) · slope + offset; dx may be dy. */
export function scaleChannelsBackward(
  dx: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize, slope: usize, offset: usize,
  N: usize, rows: usize, C: usize, lowest: f32,
): void {
  const count = N * rows;
  const block = blockRows(C);
  const strideBytes = C * F32;
  const least = f32x4.splat(lowest);
  for (let row: usize = 0; row < count; row += block) {
    const from = row * strideBytes;
    const now = min(block, count - row);
    let c: usize = 0;
    for (; c + 16 <= strideBytes; c += 16) {
      backwardRows(
        dx + from + c, dy + from + c, x + from + c, mean + c, scale + c, shift + c, slope + c, offset + c,
        now, strideBytes, least, true,
      );
    }
    for (; c < strideBytes; c += F32) {
      backwardRows(
        dx + from + c, dy + from + c, x + from + c, mean + c, scale + c, shift + c, slope + c, offset + c,
        now, strideBytes, least, false,
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function backwardRows(
  dx: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize, slope: usize, offset: usize,
  count: usize, strideBytes: usize, least: v128, wide: bool,
): void {
  const middle = lanes(mean, wide);
  const factor = lanes(scale, wide);
  const start = lanes(shift, wide);
  const tilt = lanes(slope, wide);
  const level = lanes(offset, wide);
  for (let row: usize = 0; row < count; row++, x += strideBytes, dy += strideBytes, dx += strideBytes) {
    const value = lanes(x, wide);
    const g = passed(lanes(dy, wide), value, factor, start, least);
    put(dx, madd(madd(level, f32x4.sub(value, middle), tilt), g, factor), wide);
  }
}
