// Erases a box of each image at random.
import { normalBlock, philoxBlock, uniformAt } from "./random";
import { F32 } from "./simd";

/**
 * y = x with a box filled: x y [N, H, W, C]. An image is erased with a chance that is itself drawn from
 * factorLow … factorHigh. The box takes the square roots of two draws from scaleLow … scaleHigh of the width and of
 * the height, anywhere inside; it is filled with `fill`, or where `noise` is 1 with normal · high cut off at low and
 * high. The draws' counters are (block, sample, step, layer); blocks from 2 on are the noise, element by element.
 * With a `fill` of 0, applied to dy, this is the gradient.
 */
export function randomErasing(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize,
  factorLow: f64, factorHigh: f64, scaleLow: f64, scaleHigh: f64, noise: u32, fill: f32, low: f32, high: f32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const imageBytes = H * W * C * F32;
  memory.copy(y, x, N * imageBytes);
  for (let n: usize = 0; n < N; n++) {
    const sample = firstSample + <u32>n;
    philoxBlock(scratch, 0, sample, step, layer, seedLow, seedHigh);
    const chance = uniformAt(scratch, factorLow, factorHigh);
    if (uniformAt(scratch + 4, 0, 1) >= chance) continue;
    const width = <f64>W * sqrt<f64>(uniformAt(scratch + 8, scaleLow, scaleHigh));
    const height = <f64>H * sqrt<f64>(uniformAt(scratch + 12, scaleLow, scaleHigh));
    philoxBlock(scratch, 1, sample, step, layer, seedLow, seedHigh);
    const left = uniformAt(scratch, 0, <f64>W - width);
    const top = uniformAt(scratch + 4, 0, <f64>H - height);
    const firstColumn = <usize>ceil<f64>(left);
    const lastColumn = min<usize>(W, <usize>ceil<f64>(left + width));
    const lastRow = min<usize>(H, <usize>ceil<f64>(top + height));
    let drawn: u32 = 0;
    for (let h = <usize>ceil<f64>(top); h < lastRow; h++) {
      const row = y + n * imageBytes + h * W * C * F32;
      const end = row + lastColumn * C * F32;
      for (let at = row + firstColumn * C * F32; at < end; at += F32) {
        if (noise == 0) {
          store<f32>(at, fill);
          continue;
        }
        const lane = <usize>(drawn & 3);
        if (lane == 0) {
          philoxBlock(scratch, 2 + (drawn >> 2), sample, step, layer, seedLow, seedHigh);
          normalBlock(scratch);
        }
        drawn++;
        store<f32>(at, min<f32>(high, max<f32>(low, load<f32>(scratch + lane * F32) * high)));
      }
    }
  }
}
