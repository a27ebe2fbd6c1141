// Nearest-neighbour enlargement by whole factors.
import { addScaled } from "./average-pool";
import { copyFloats, F32 } from "./simd";

/** y[n, h·factorH + i, w·factorW + j, c] = x[n,h,w,c]: x [N, H, W, C], y [N, H·factorH, W·factorW, C]. */
export function upSamplingForward(
  y: usize, x: usize, N: usize, H: usize, W: usize, C: usize, factorH: usize, factorW: usize,
): void {
  const pixelBytes = C * F32;
  const rowBytes = W * factorW * pixelBytes;
  for (let row: usize = 0; row < N * H; row++) {
    const top = y;
    for (let w: usize = 0; w < W; w++, x += pixelBytes) {
      for (let j: usize = 0; j < factorW; j++, y += pixelBytes) copyFloats(y, x, C);
    }
    for (let i: usize = 1; i < factorH; i++, y += rowBytes) memory.copy(y, top, rowBytes);
  }
}

/** The gradient of upSamplingForward: dx[n,h,w,c] = Σ_ij dy[n, h·factorH + i, w·factorW + j, c]. */
export function upSamplingBackward(
  dx: usize, dy: usize, N: usize, H: usize, W: usize, C: usize, factorH: usize, factorW: usize,
): void {
  const pixelBytes = C * F32;
  memory.fill(dx, 0, N * H * W * pixelBytes);
  for (let row: usize = 0; row < N * H; row++, dx += W * pixelBytes) {
    for (let i: usize = 0; i < factorH; i++) {
      for (let w: usize = 0; w < W; w++) {
        for (let j: usize = 0; j < factorW; j++, dy += pixelBytes) addScaled(dx + w * pixelBytes, dy, C, 1);
      }
    }
  }
}
