// The axes of a sample in another order.
import { F32 } from "./simd";

/** y[n,h,w,c] = x[n, h·strideH + w·strideW + c·strideC]: x y of H·W·C floats a sample, y [N, H, W, C]. */
export function permute(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize, strideH: usize, strideW: usize, strideC: usize,
): void {
  for (let n: usize = 0; n < N; n++, x += H * W * C * F32) {
    for (let h: usize = 0; h < H; h++) {
      for (let w: usize = 0; w < W; w++) {
        let from = x + (h * strideH + w * strideW) * F32;
        for (let c: usize = 0; c < C; c++, y += F32, from += strideC * F32) store<f32>(y, load<f32>(from));
      }
    }
  }
}
