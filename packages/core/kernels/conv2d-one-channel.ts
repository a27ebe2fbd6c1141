// The first convolution of a network on grey images. With one input channel the pixels of a row are neighbours in
// memory, so that four adjacent outputs are a tile of outer products.
import { copyRows } from "./grid";
import { outerTile } from "./tile";
import { F32 } from "./simd";

/**
 * conv2dForward for C = 1, stride 1 and no dilation: same sums in the same order.
 *
 * x [N, H, W], w [R, S, K], bias [K], y [N, P, Q, K]. `scratch` holds one tile. x is read up to 12 bytes, bias and w
 * up to 28 bytes past their end.
 */
export function conv2dForwardOneChannel(
  y: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, K: usize, R: usize, S: usize, P: usize, Q: usize,
  low: f32,
): void {
  const rowBytes = W * F32;
  const kBytes = K * F32;
  const floor = f32x4.splat(low);
  for (let n: usize = 0; n < N; n++) {
    for (let p: usize = 0; p < P; p++) {
      const xRow = x + (n * H + p) * rowBytes;
      const yRow = y + (n * P + p) * Q * kBytes;
      for (let k: usize = 0; k < K; k += 8) {
        const columns: usize = min<usize>(8, K - k);
        for (let q: usize = 0; q < Q; q += 4) {
          const rows: usize = min<usize>(4, Q - q);
          const out = yRow + q * kBytes + k * F32;
          const whole = rows == 4 && columns == 8;
          outerTile(
            whole ? out : scratch, whole ? kBytes : 32,
            bias + k * F32, 0,
            xRow + q * F32, w + k * F32,
            R, rowBytes,
            S, F32, kBytes,
            true, floor,
          );
          if (!whole) copyRows(out, kBytes, scratch, 32, rows, columns);
        }
      }
    }
  }
}
