// The gradients of batch normalization. Arrays and shards are those of batch-normalization.ts.
import { addWide, blockRows, F64, lanes0, lanes1, put } from "./channel-rows";
import { F32, madd } from "./simd";
import { WIDE } from "./width";

/** dy where scaleChannels gave more than `least`, else 0; computed again, by the same operations. */
// @ts-ignore: decorator
@inline
function passed(dy: v128, x: v128, factor: v128, offset: v128, least: v128): v128 {
  return v128.and(dy, f32x4.gt(madd(offset, x, factor), least));
}

/**
 * A shard's Σ g and Σ g · (x − mean) of each channel, into `parts`: g is dy where scaleChannels let it through. `scratch` holds a
 * tile.
 */
export function channelGradients(
  parts: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize, scratch: usize,
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
    if (WIDE) {
      for (; c + 8 <= C; c += 8) {
        const at = c * F32;
        gradientRows(
          parts + c * F64, C, dy + offset + at, x + offset + at, mean + at, scale + at, shift + at, scratch,
          now, strideBytes, least, 8,
        );
      }
    }
    for (; c + 4 <= C; c += 4) {
      const at = c * F32;
      gradientRows(
        parts + c * F64, C, dy + offset + at, x + offset + at, mean + at, scale + at, shift + at, scratch,
        now, strideBytes, least, 4,
      );
    }
    for (; c < C; c++) {
      const at = c * F32;
      gradientRows(
        parts + c * F64, C, dy + offset + at, x + offset + at, mean + at, scale + at, shift + at, scratch,
        now, strideBytes, least, 1,
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function gradientRows(
  sums: usize, C: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize, scratch: usize,
  count: usize, strideBytes: usize, least: v128, channels: i32,
): void {
  // unroll $h = 0..1
  const middle$h = lanes$h(mean, channels);
  const factor$h = lanes$h(scale, channels);
  const offset$h = lanes$h(shift, channels);
  let plain$h = f32x4.splat(0);
  let plainOdd$h = plain$h;
  let weighted$h = plain$h;
  let weightedOdd$h = plain$h;
  // end of unroll
  let row: usize = 0;
  for (; row + 2 <= count; row += 2, x += 2 * strideBytes, dy += 2 * strideBytes) {
    // unroll $h = 0..1
    const value$h = lanes$h(x, channels);
    const g$h = passed(lanes$h(dy, channels), value$h, factor$h, offset$h, least);
    plain$h = f32x4.add(plain$h, g$h);
    weighted$h = madd(weighted$h, g$h, f32x4.sub(value$h, middle$h));
    const valueOdd$h = lanes$h(x + strideBytes, channels);
    const gOdd$h = passed(lanes$h(dy + strideBytes, channels), valueOdd$h, factor$h, offset$h, least);
    plainOdd$h = f32x4.add(plainOdd$h, gOdd$h);
    weightedOdd$h = madd(weightedOdd$h, gOdd$h, f32x4.sub(valueOdd$h, middle$h));
    // end of unroll
  }
  if (row < count) {
    // unroll $h = 0..1
    const value$h = lanes$h(x, channels);
    const g$h = passed(lanes$h(dy, channels), value$h, factor$h, offset$h, least);
    plain$h = f32x4.add(plain$h, g$h);
    weighted$h = madd(weighted$h, g$h, f32x4.sub(value$h, middle$h));
    // end of unroll
  }
  addWide(sums, f32x4.add(plain0, plainOdd0), f32x4.add(plain1, plainOdd1), scratch, channels);
  addWide(sums + C * F64, f32x4.add(weighted0, weightedOdd0), f32x4.add(weighted1, weightedOdd1), scratch + 32, channels);
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
    if (WIDE) {
      for (; c + 32 <= strideBytes; c += 32) {
        backwardRows(
          dx + from + c, dy + from + c, x + from + c, mean + c, scale + c, shift + c, slope + c, offset + c,
          now, strideBytes, least, 8,
        );
      }
    }
    for (; c + 16 <= strideBytes; c += 16) {
      backwardRows(
        dx + from + c, dy + from + c, x + from + c, mean + c, scale + c, shift + c, slope + c, offset + c,
        now, strideBytes, least, 4,
      );
    }
    for (; c < strideBytes; c += F32) {
      backwardRows(
        dx + from + c, dy + from + c, x + from + c, mean + c, scale + c, shift + c, slope + c, offset + c,
        now, strideBytes, least, 1,
      );
    }
  }
}

// @ts-ignore: decorator
@inline
function backwardRows(
  dx: usize, dy: usize, x: usize, mean: usize, scale: usize, shift: usize, slope: usize, offset: usize,
  count: usize, strideBytes: usize, least: v128, channels: i32,
): void {
  // unroll $h = 0..1
  const middle$h = lanes$h(mean, channels);
  const factor$h = lanes$h(scale, channels);
  const start$h = lanes$h(shift, channels);
  const tilt$h = lanes$h(slope, channels);
  const level$h = lanes$h(offset, channels);
  // end of unroll
  for (let row: usize = 0; row < count; row++, x += strideBytes, dy += strideBytes, dx += strideBytes) {
    // unroll $h = 0..1
    const value$h = lanes$h(x, channels);
    const g$h = passed(lanes$h(dy, channels), value$h, factor$h, start$h, least);
    const sum$h = madd(madd(level$h, f32x4.sub(value$h, middle$h), tilt$h), g$h, factor$h);
    // end of unroll
    put(dx, sum0, sum1, channels);
  }
}
