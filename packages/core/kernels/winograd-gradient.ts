// The kernel gradient of a 3×3 convolution in the space of Winograd's F(4×4, 3×3): the transpose of winograd.ts, also
// with 36 multiplications where the direct form takes 144.
//
//     M[f] = Σ_tiles V[f] · D[f]      V = Bᵀ d B      D = A dy Aᵀ      dw = Gᵀ M G        f = 0 … 35
import { gradientTile, inputTile, tapTile, VALUE } from "./winograd-transforms";
import { tileColumns } from "./grid";
import { outerTile } from "./tile";
import { WIDE } from "./width";
import { F32 } from "./simd";
import { blockedChannels, pointStride, POINTS } from "./winograd";

/**
 * conv2dKernelGradient by Winograd's algorithm, for 3×3 kernels with stride 1 and no dilation, added to
 * `dw` [3, 3, C, K].
 *
 * x [N, H, W, C] as for conv2dWinograd. dy has a border of zeros, [N, borderedH, borderedW, K]: it starts at row `borderH` and
 * column `borderW`, with room for whole tiles of 4×4: borderedH ≥ borderH + 4·⌈P/4⌉, borderedW likewise; read up to 12 bytes
 * past its end. `block` tiles are transformed at a time; `v` holds 36·(block·C + 16) floats, `d`
 * 36·(block·8·⌈K/8⌉ + 16), `m` 36·(4·⌈C/4⌉·8·⌈K/8⌉ + 16), `scratch` 288.
 */
export function conv2dWinogradKernelGradient(
  dw: usize, x: usize, dy: usize, v: usize, d: usize, m: usize, scratch: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, P: usize, Q: usize,
  borderedH: usize, borderedW: usize, borderH: usize, borderW: usize, block: usize,
): void {
  const tileColumns = (Q + 3) / 4;
  const tilesPerSample = ((P + 3) / 4) * tileColumns;
  const tiles = N * tilesPerSample;
  const channels = blockedChannels(K);
  const vStride = pointStride(block, C);
  const dStride = pointStride(block, channels);
  const mStride = pointStride((C + 3) & ~3, channels);
  memory.fill(m, 0, POINTS * mStride);
  for (let first: usize = 0; first < tiles; first += block) {
    const count = min<usize>(block, tiles - first);
    for (let t: usize = 0; t < count; t++) {
      const n = (first + t) / tilesPerSample;
      const place = (first + t) % tilesPerSample;
      const row = (place / tileColumns) * 4;
      const column = (place % tileColumns) * 4;
      const corner = (n * H + row) * W + column;
      inputTile(v + t * C * F32, vStride, x + corner * C * F32, scratch, W, C);
      const pixel = (n * borderedH + borderH + row) * borderedW + borderW + column;
      gradientTile(d + t * channels * F32, dStride, dy + pixel * K * F32, scratch, borderedW, K);
    }
    for (let f: usize = 0; f < POINTS; f++) {
      addProducts(m + f * mStride, v + f * vStride, d + f * dStride, C, channels, count);
    }
  }

  for (let c: usize = 0; c < C; c++) {
    let k: usize = 0;
    if (WIDE) {
      for (; k + 8 <= K; k += 8) {
        tapTile(scratch, m + (c * channels + k) * F32, mStride, true);
        for (let tap: usize = 0; tap < 9; tap++) {
          const sum = scratch + ((tap / 3) * 6 + (tap % 3)) * VALUE;
          const to = dw + ((tap * C + c) * K + k) * F32;
          const low = f32x4.add(v128.load(to), v128.load(sum));
          const high = f32x4.add(v128.load(to, 16), v128.load(sum, 16));
          v128.store(to, low);
          v128.store(to, high, 16);
        }
      }
    }
    for (; k < K; k += 4) {
      tapTile(scratch, m + (c * channels + k) * F32, mStride, false);
      for (let tap: usize = 0; tap < 9; tap++) {
        const sum = scratch + ((tap / 3) * 6 + (tap % 3)) * VALUE;
        const to = dw + ((tap * C + c) * K + k) * F32;
        if (K - k >= 4) {
          v128.store(to, f32x4.add(v128.load(to), v128.load(sum)));
        } else {
          for (let lane: usize = 0; lane < (K - k) * F32; lane += F32) {
            store<f32>(to + lane, load<f32>(to + lane) + load<f32>(sum + lane));
          }
        }
      }
    }
  }
}

/** m[c,k] += Σ_t v[t,c] · d[t,k]: v [count, C], d [count, channels], m [4·⌈C/4⌉, channels]. */
function addProducts(m: usize, v: usize, d: usize, C: usize, channels: usize, count: usize): void {
  const mBytes = channels * F32;
  const zero = f32x4.splat(0);
  for (let k: usize = 0, columns: usize = 0; k < channels; k += columns) {
    columns = tileColumns(channels - k);
    for (let c: usize = 0; c < C; c += 4) {
      const sum = m + c * mBytes + k * F32;
      // What is read past the last channel goes into sums that are never read.
      const x = v + c * F32;
      const by = d + k * F32;
      if (WIDE && columns == 16) outerTile(sum, mBytes, sum, mBytes, x, by, 1, 0, count, C * F32, mBytes, false, zero, true);
      else outerTile(sum, mBytes, sum, mBytes, x, by, 1, 0, count, C * F32, mBytes, false, zero, false);
    }
  }
}
