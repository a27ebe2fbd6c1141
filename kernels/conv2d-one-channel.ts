// The first convolution of a network on grey images: with one input channel the loop over taps is too short for the
// general tile, whose loops would cost as much as the sums.
import { copyRows } from "./grid";
import { F32, madd } from "./simd";

/**
 * conv2dForward for C = 1, three kernel columns, stride 1 and no dilation: same sums in the same order.
 *
 * x [N, H, W], w [R, 3, K], bias [K], y [N, P, Q, K]. `scratch` holds one tile. x is read up to 12 bytes, bias and w
 * up to 28 bytes past their end.
 */
export function conv2dForwardOneChannel(
  y: usize, x: usize, w: usize, bias: usize, scratch: usize,
  N: usize, H: usize, W: usize, K: usize, R: usize, P: usize, Q: usize,
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
        const biasA = v128.load(bias + k * F32);
        const biasB = v128.load(bias + k * F32, 16);
        for (let q: usize = 0; q < Q; q += 4) {
          let a0 = biasA;
          let b0 = biasB;
          let a1 = biasA;
          let b1 = biasB;
          let a2 = biasA;
          let b2 = biasB;
          let a3 = biasA;
          let b3 = biasB;
          let pixels = xRow + q * F32;
          let weights = w + k * F32;
          for (let r: usize = 0; r < R; r++) {
            const x0 = v128.load32_splat(pixels);
            const x1 = v128.load32_splat(pixels, 4);
            const x2 = v128.load32_splat(pixels, 8);
            const x3 = v128.load32_splat(pixels, 12);
            const x4 = v128.load32_splat(pixels, 16);
            const x5 = v128.load32_splat(pixels, 20);
            pixels += rowBytes;
            let wa = v128.load(weights);
            let wb = v128.load(weights, 16);
            weights += kBytes;
            a0 = madd(a0, x0, wa);
            b0 = madd(b0, x0, wb);
            a1 = madd(a1, x1, wa);
            b1 = madd(b1, x1, wb);
            a2 = madd(a2, x2, wa);
            b2 = madd(b2, x2, wb);
            a3 = madd(a3, x3, wa);
            b3 = madd(b3, x3, wb);
            wa = v128.load(weights);
            wb = v128.load(weights, 16);
            weights += kBytes;
            a0 = madd(a0, x1, wa);
            b0 = madd(b0, x1, wb);
            a1 = madd(a1, x2, wa);
            b1 = madd(b1, x2, wb);
            a2 = madd(a2, x3, wa);
            b2 = madd(b2, x3, wb);
            a3 = madd(a3, x4, wa);
            b3 = madd(b3, x4, wb);
            wa = v128.load(weights);
            wb = v128.load(weights, 16);
            weights += kBytes;
            a0 = madd(a0, x2, wa);
            b0 = madd(b0, x2, wb);
            a1 = madd(a1, x3, wa);
            b1 = madd(b1, x3, wb);
            a2 = madd(a2, x4, wa);
            b2 = madd(b2, x4, wb);
            a3 = madd(a3, x5, wa);
            b3 = madd(b3, x5, wb);
          }
          const rows: usize = min<usize>(4, Q - q);
          const out = yRow + q * kBytes + k * F32;
          const whole = rows == 4 && columns == 8;
          const stride: usize = whole ? kBytes : 32;
          let o = whole ? out : scratch;
          v128.store(o, f32x4.pmax(a0, floor));
          v128.store(o, f32x4.pmax(b0, floor), 16);
          o += stride;
          v128.store(o, f32x4.pmax(a1, floor));
          v128.store(o, f32x4.pmax(b1, floor), 16);
          o += stride;
          v128.store(o, f32x4.pmax(a2, floor));
          v128.store(o, f32x4.pmax(b2, floor), 16);
          o += stride;
          v128.store(o, f32x4.pmax(a3, floor));
          v128.store(o, f32x4.pmax(b3, floor), 16);
          if (!whole) copyRows(out, kBytes, scratch, 32, rows, columns);
        }
      }
    }
  }
}
