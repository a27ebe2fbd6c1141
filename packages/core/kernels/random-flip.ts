// Mirrors images at random.
import { philoxBlock } from "./random";
import { copyFloats, F32 } from "./simd";

/**
 * y[n] = x[n] with its columns reversed where `horizontal` is 1 and the lowest bit of the sample's draw is
 * set, its rows where `vertical` is 1 and the next bit is: x y [N, H, W, C], y not x. The draw's counter is
 * (0, sample, step, layer). Applied to dy, this is the gradient.
 */
export function randomFlip(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize, horizontal: u32, vertical: u32,
  seedLow: u32, seedHigh: u32, layer: u32, step: u32, firstSample: u32, scratch: usize,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  for (let n: usize = 0; n < N; n++) {
    philoxBlock(scratch, 0, firstSample + <u32>n, step, layer, seedLow, seedHigh);
    const draw = load<u32>(scratch);
    const mirrored = (draw & horizontal) != 0;
    const upsideDown = ((draw >> 1) & vertical) != 0;
    for (let h: usize = 0; h < H; h++) {
      const from = x + (n * H + (upsideDown ? H - 1 - h : h)) * rowBytes;
      const to = y + (n * H + h) * rowBytes;
      if (!mirrored) {
        copyFloats(to, from, W * C);
        continue;
      }
      for (let w: usize = 0; w < W; w++) {
        const pixel = from + (W - 1 - w) * pixelBytes;
        for (let c: usize = 0; c < pixelBytes; c += F32) store<f32>(to + w * pixelBytes + c, load<f32>(pixel + c));
      }
    }
  }
}
