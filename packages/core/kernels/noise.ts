// Random changes of values in training. A draw depends on (seed, layer, step, sample, element) alone: the counter is
// (block, sample, step, layer), and a block has the numbers of four elements.
import { normalBlock, philoxBlock, uniformAt } from "./random";
import { F32 } from "./simd";

/**
 * y = x + stddev · z, or x · (1 + stddev · z) where `multiplied` is not 0, with a standard normal z of each element: x y
 * [N, count]; y may be x. The latter, applied to dy, is the gradient.
 */
export function gaussianNoise(
  y: usize, x: usize, N: usize, count: usize, stddev: f32, multiplied: u32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let i: usize = 0; i < count; i += 4) {
      philoxBlock(scratch, <u32>(i >> 2), firstSample + <u32>n, step, layer, seedLow, seedHigh);
      normalBlock(scratch);
      const last = min<usize>(4, count - i);
      for (let j: usize = 0; j < last; j++, x += F32, y += F32) {
        const noise = stddev * load<f32>(scratch + j * F32);
        store<f32>(y, multiplied ? load<f32>(x) * (<f32>1 + noise) : load<f32>(x) + noise);
      }
    }
  }
}

/**
 * y = x / (1 − rate) for samples that are kept, else 0: x y [N, count]; y may be x. One number decides for a sample.
 * Applied to dy, this is the gradient.
 */
export function dropSamples(
  y: usize, x: usize, N: usize, count: usize, rate: f64,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const scale = <f32>(1 / (1 - rate));
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const factor: f32 = uniformAt(scratch, 0, 1) >= rate ? scale : 0;
    for (let i: usize = 0; i < count; i++, x += F32, y += F32) {
      store<f32>(y, factor > 0 ? load<f32>(x) * factor : 0);
    }
  }
}

/** y = x + delta, cut off at low and high, with a delta drawn for each image from deltaLow … deltaHigh: x y [N, count]. */
export function randomBrightness(
  y: usize, x: usize, N: usize, count: usize, deltaLow: f64, deltaHigh: f64, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const delta = <f32>uniformAt(scratch, deltaLow, deltaHigh);
    for (let i: usize = 0; i < count; i++, x += F32, y += F32) {
      store<f32>(y, min<f32>(high, max<f32>(low, load<f32>(x) + delta)));
    }
  }
}

/** The gradient of randomBrightness: nothing passes where it cut off; x dx dy [N, count], dx may be dy. */
export function randomBrightnessBackward(
  dx: usize, dy: usize, x: usize, N: usize, count: usize, deltaLow: f64, deltaHigh: f64, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const delta = <f32>uniformAt(scratch, deltaLow, deltaHigh);
    for (let i: usize = 0; i < count; i++, x += F32, dx += F32, dy += F32) {
      const value = load<f32>(x) + delta;
      store<f32>(dx, value < low || value > high ? 0 : load<f32>(dy));
    }
  }
}
