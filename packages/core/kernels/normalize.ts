// Brightness: normalized by known statistics, or varied at random around an image's own mean.
import { philoxBlock, uniformAt } from "./random";
import { F32 } from "./simd";

/** deviation[i] = max(epsilon, √variance[i]): both [count]. */
export function deviations(deviation: usize, variance: usize, count: usize, epsilon: f32): void {
  for (let i: usize = 0; i < count * F32; i += F32) {
    store<f32>(deviation + i, max<f32>(epsilon, sqrt<f32>(load<f32>(variance + i))));
  }
}

/**
 * y = (x − mean) / deviation, or x · deviation + mean where `invert` is not 0, with the statistics at
 * h·strideH + w·strideW + c·strideC
 *
 * x y [N, H, W, C]; a stride is 0 along an axis that shares its statistics. y may be x.
 */
export function normalize(
  y: usize, x: usize, mean: usize, deviation: usize,
  N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize, invert: u32,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let at = (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, x += F32, y += F32, at += strideC * F32) {
          const middle = load<f32>(mean + at);
          const spread = load<f32>(deviation + at);
          store<f32>(y, invert ? load<f32>(x) * spread + middle : (load<f32>(x) - middle) / spread);
        }
      }
    }
  }
}

/** The gradient of normalize: dx = dy / deviation, or dy · deviation where `invert` is not 0; dx may be dy. */
export function normalizeBackward(
  dx: usize, dy: usize, deviation: usize,
  N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize, invert: u32,
): void {
  for (let n: usize = 0; n < N; n++) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let at = deviation + (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, dx += F32, dy += F32, at += strideC * F32) {
          store<f32>(dx, invert ? load<f32>(dy) * load<f32>(at) : load<f32>(dy) / load<f32>(at));
        }
      }
    }
  }
}

/** The mean of a channel of an image [pixels, C]. */
function channelMean(x: usize, pixels: usize, C: usize): f32 {
  let sum: f64 = 0;
  for (let i: usize = 0; i < pixels; i++, x += C * F32) sum += <f64>load<f32>(x);
  return <f32>(sum / <f64>pixels);
}

/**
 * y = (x − mean) · factor + mean, cut off at low and high, with the mean of each channel and a factor drawn for each
 * image from factorLow … factorHigh: x y [N, pixels, C]. The draw's counter is (0, sample, step, layer).
 */
export function randomContrast(
  y: usize, x: usize, N: usize, pixels: usize, C: usize, factorLow: f64, factorHigh: f64, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const factor = <f32>uniformAt(scratch, factorLow, factorHigh);
    for (let c: usize = 0; c < C; c++) {
      const first = (n * pixels * C + c) * F32;
      const mean = channelMean(x + first, pixels, C);
      for (let i: usize = 0; i < pixels; i++) {
        const at = first + i * C * F32;
        store<f32>(y + at, min<f32>(high, max<f32>(low, (load<f32>(x + at) - mean) * factor + mean)));
      }
    }
  }
}

/** The gradient of randomContrast: nothing passes where it cut off; x dx dy [N, pixels, C], dx not dy. */
export function randomContrastBackward(
  dx: usize, dy: usize, x: usize, N: usize, pixels: usize, C: usize,
  factorLow: f64, factorHigh: f64, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const factor = <f32>uniformAt(scratch, factorLow, factorHigh);
    for (let c: usize = 0; c < C; c++) {
      const first = (n * pixels * C + c) * F32;
      const mean = channelMean(x + first, pixels, C);
      for (let i: usize = 0; i < pixels; i++) {
        const at = first + i * C * F32;
        const value = (load<f32>(x + at) - mean) * factor + mean;
        store<f32>(dx + at, value < low || value > high ? 0 : load<f32>(dy + at));
      }
      // Each pixel moves the mean too.
      const shared = channelMean(dx + first, pixels, C) * (1 - factor);
      for (let i: usize = 0; i < pixels; i++) {
        const at = dx + first + i * C * F32;
        store<f32>(at, load<f32>(at) * factor + shared);
      }
    }
  }
}
