// The first convolution of a network on grey images. With one input channel the pixels of a row are neighbours in
// memory, so that four adjacent outputs are a tile of outer products.
import { copyRows, tileColumns } from "./grid";
import { outerTile } from "./tile";
import { F32 } from "./simd";
import { TILE_COLUMNS, WIDE } from "./width";

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
      for (let k: usize = 0, columns: usize = 0; k < K; k += columns) {
        columns = tileColumns(K - k);
        for (let q: usize = 0; q < Q; q += 4) {
          const rows: usize = min<usize>(4, Q - q);
          const out = yRow + q * kBytes + k * F32;
          const whole = rows == 4 && columns % 8 == 0;
          const to = whole ? out : scratch;
          const toBytes = whole ? kBytes : TILE_COLUMNS * F32;
          const pixels = xRow + q * F32;
          const taps = w + k * F32;
          const start = bias + k * F32;
          if (WIDE && columns == 16) outerTile(to, toBytes, start, 0, pixels, taps, R, rowBytes, S, F32, kBytes, true, floor, true);
          else outerTile(to, toBytes, start, 0, pixels, taps, R, rowBytes, S, F32, kBytes, true, floor, false);
          if (!whole) copyRows(out, kBytes, to, toBytes, rows, columns);
        }
      }
    }
  }
}
