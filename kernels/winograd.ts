// Convolution with a 3×3 kernel by Winograd's minimal filtering F(4×4, 3×3): a tile of 4×4 outputs costs 36
// multiplications a channel pair instead of 144. Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (CVPR 2016). Exact in real arithmetic; in f32 within a few 1e-6 of the largest value.
//
//     U = G w Gᵀ      V = Bᵀ d B      M[f] = Σ_c V[f,c] · U[f,c]      y = Aᵀ M A        f = 0 … 35
import { copyRows, tile } from "./tile";
import { F32, madd } from "./simd";

/** Points of the transform: six by six. */
const POINTS: usize = 36;

/**
 * The kernel in the transform's space, for output channels `first` … `last`−1 (`first` a multiple of 8):
 * u[f][k / 8][c][k % 8] from w [3, 3, C, K]. w is read up to 28 bytes past its end.
 */
export function winogradKernel(
  u: usize, w: usize, scratch: usize,
  C: usize, K: usize, first: usize, last: usize,
): void {
  const blocks = (K + 7) / 8;
  const tapBytes = C * K * F32;
  for (let k = first; k < last; k += 4) {
    for (let c: usize = 0; c < C; c++) {
      const source = w + (c * K + k) * F32;
      // Columns first: scratch[i][s] = Σ_r G[i][r] · w[r][s].
      for (let s: usize = 0; s < 3; s++) {
        const g0 = v128.load(source + s * tapBytes);
        const g1 = v128.load(source + (3 + s) * tapBytes);
        const g2 = v128.load(source + (6 + s) * tapBytes);
        kernelTransform(scratch + s * 16, 48, g0, g1, g2);
      }
      const target = u + ((k / 8) * C + c) * 32 + (k % 8) * F32;
      const pointBytes = blocks * C * 32;
      for (let i: usize = 0; i < 6; i++) {
        const row = scratch + i * 48;
        kernelTransform(target + 6 * i * pointBytes, pointBytes, v128.load(row), v128.load(row, 16), v128.load(row, 32));
      }
    }
  }
}

/** Six values G · (g0, g1, g2), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
function kernelTransform(to: usize, strideBytes: usize, g0: v128, g1: v128, g2: v128): void {
  const outer = f32x4.add(g0, g2);
  const sixth = f32x4.splat(-1.0 / 6);
  v128.store(to, f32x4.mul(g0, f32x4.splat(0.25)));
  v128.store(to + strideBytes, f32x4.mul(f32x4.add(outer, g1), sixth));
  v128.store(to + 2 * strideBytes, f32x4.mul(f32x4.sub(outer, g1), sixth));
  const even = f32x4.add(f32x4.mul(g0, f32x4.splat(1.0 / 24)), f32x4.mul(g2, f32x4.splat(1.0 / 6)));
  const odd = f32x4.mul(g1, f32x4.splat(1.0 / 12));
  v128.store(to + 3 * strideBytes, f32x4.add(even, odd));
  v128.store(to + 4 * strideBytes, f32x4.sub(even, odd));
  v128.store(to + 5 * strideBytes, g2);
}

/**
 * conv2dMaxPoolForward by Winograd's algorithm, for 3×3 kernels: y and winner [N, P, Q, K] as there, P Q pooled.
 *
 * x [N, H, W, C] with H ≥ 4·⌈P/2⌉ + 2 and W ≥ 4·⌈Q/2⌉ + 2, u from winogradKernel, bias [K]. `block` tiles, a
 * multiple of 4, are transformed at a time; `v` holds 36·block·C floats, `m` 36·block·8·⌈K/8⌉, `scratch` 144,
 * `zeros` eight zeros. bias is read up to 28 bytes past its end.
 */
export function conv2dMaxPoolWinograd(
  y: usize, winner: usize, x: usize, u: usize, bias: usize, v: usize, m: usize, scratch: usize, zeros: usize,
  N: usize, H: usize, W: usize, C: usize, K: usize, P: usize, Q: usize, block: usize,
): void {
  const tileRows = (P + 1) / 2;
  const tileColumns = (Q + 1) / 2;
  const tiles = tileRows * tileColumns;
  const sampleBytes = H * W * C * F32;
  for (let n: usize = 0; n < N; n++) {
    for (let first: usize = 0; first < tiles; first += block) {
      const count = min<usize>(block, tiles - first);
      for (let t: usize = 0; t < count; t++) {
        const corner = ((first + t) / tileColumns) * 4 * W + ((first + t) % tileColumns) * 4;
        inputTransform(v + t * C * F32, block * C * F32, x + n * sampleBytes + corner * C * F32, scratch, W, C);
      }
      multiply(m, v, u, zeros, C, K, block, count);
      for (let t: usize = 0; t < count; t++) {
        const p = ((first + t) / tileColumns) * 2;
        const q = ((first + t) % tileColumns) * 2;
        const at = ((n * P + p) * Q + q) * K;
        poolTile(
          y + at * F32, winner + at, m + t * blockedChannels(K) * F32, block * blockedChannels(K) * F32, bias, scratch,
          K, Q, min<usize>(2, P - p), min<usize>(2, Q - q),
        );
      }
    }
  }
}

/** K rounded up to whole tiles of eight channels. */
// @ts-ignore: decorator
@inline
function blockedChannels(K: usize): usize {
  return (K + 7) & ~7;
}

/** V = Bᵀ d B of one 6×6 patch at `x`, each of the C channels: v[f], `pointBytes` apart. */
function inputTransform(v: usize, pointBytes: usize, x: usize, scratch: usize, W: usize, C: usize): void {
  const pixelBytes = C * F32;
  const rowBytes = W * pixelBytes;
  let c: usize = 0;
  for (; c + 4 <= C; c += 4) {
    for (let j: usize = 0; j < 6; j++) {
      const column = x + j * pixelBytes + c * F32;
      patchTransform(
        scratch + j * 16, 96,
        v128.load(column), v128.load(column + rowBytes), v128.load(column + 2 * rowBytes),
        v128.load(column + 3 * rowBytes), v128.load(column + 4 * rowBytes), v128.load(column + 5 * rowBytes),
      );
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + i * 96;
      patchTransform(
        v + 6 * i * pointBytes + c * F32, pointBytes,
        v128.load(row), v128.load(row, 16), v128.load(row, 32),
        v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
      );
    }
  }
  // The last one to three channels, in the first lane.
  for (; c < C; c++) {
    for (let j: usize = 0; j < 6; j++) {
      const column = x + j * pixelBytes + c * F32;
      patchTransform(
        scratch + j * 16, 96,
        v128.load32_zero(column), v128.load32_zero(column + rowBytes), v128.load32_zero(column + 2 * rowBytes),
        v128.load32_zero(column + 3 * rowBytes), v128.load32_zero(column + 4 * rowBytes),
        v128.load32_zero(column + 5 * rowBytes),
      );
    }
    for (let i: usize = 0; i < 6; i++) {
      const row = scratch + i * 96;
      // Into the row itself, then lane by lane: a whole vector would run over the next tile's channels.
      patchTransform(
        row, 16,
        v128.load(row), v128.load(row, 16), v128.load(row, 32),
        v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
      );
      for (let j: usize = 0; j < 6; j++) store<f32>(v + (6 * i + j) * pointBytes + c * F32, load<f32>(row + j * 16));
    }
  }
}

/** Six values Bᵀ · (d0 … d5), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
function patchTransform(
  to: usize, strideBytes: usize,
  d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, d5: v128,
): void {
  const four = f32x4.splat(4);
  const five = f32x4.splat(-5);
  const even = f32x4.sub(d4, f32x4.mul(four, d2));
  const odd = f32x4.sub(d3, f32x4.mul(four, d1));
  const difference = f32x4.sub(d4, d2);
  const step = f32x4.sub(d3, d1);
  const twice = f32x4.add(step, step);
  v128.store(to, madd(madd(d4, four, d0), five, d2));
  v128.store(to + strideBytes, f32x4.add(even, odd));
  v128.store(to + 2 * strideBytes, f32x4.sub(even, odd));
  v128.store(to + 3 * strideBytes, f32x4.add(difference, twice));
  v128.store(to + 4 * strideBytes, f32x4.sub(difference, twice));
  v128.store(to + 5 * strideBytes, madd(madd(d5, four, d1), five, d3));
}

/** M[f] = V[f] · U[f] for each point: v [36, block, C], u [36, K/8, C, 8], m [36, block, 8·⌈K/8⌉], `count` tiles. */
function multiply(
  m: usize, v: usize, u: usize, zeros: usize,
  C: usize, K: usize, block: usize, count: usize,
): void {
  const channels = blockedChannels(K);
  const vBytes = C * F32;
  const mBytes = channels * F32;
  for (let f: usize = 0; f < POINTS; f++) {
    for (let k: usize = 0; k < channels; k += 8) {
      // Rows past `count` hold what an earlier block left there; nobody reads their products.
      for (let t: usize = 0; t < count; t += 4) {
        const x = v + (f * block + t) * vBytes;
        tile(
          m + (f * block + t) * mBytes + k * F32, mBytes,
          zeros, 0,
          x, x + vBytes, x + 2 * vBytes, x + 3 * vBytes,
          u + (f * channels + k) * vBytes,
          1, 0, 1, 0,
          C, F32, 32,
          -Infinity,
        );
      }
    }
  }
}

/**
 * y = max(0, bias + the largest of each 2×2 window of Aᵀ M A), and which of the four it was: a 4×4 tile of outputs
 * gives up to `rows` × `columns` of 2×2 pooled ones, K channels each. m[f] are `pointBytes` apart.
 */
function poolTile(
  y: usize, winner: usize, m: usize, pointBytes: usize, bias: usize, scratch: usize,
  K: usize, Q: usize, rows: usize, columns: usize,
): void {
  const zero = f32x4.splat(0);
  for (let k: usize = 0; k < K; k += 4) {
    for (let j: usize = 0; j < 6; j++) {
      const column = m + j * pointBytes + k * F32;
      outputTransform(
        scratch + j * 16, 96,
        v128.load(column), v128.load(column + 6 * pointBytes), v128.load(column + 12 * pointBytes),
        v128.load(column + 18 * pointBytes), v128.load(column + 24 * pointBytes), v128.load(column + 30 * pointBytes),
      );
    }
    for (let i: usize = 0; i < 4; i++) {
      const row = scratch + i * 96;
      outputTransform(
        row, 16,
        v128.load(row), v128.load(row, 16), v128.load(row, 32),
        v128.load(row, 48), v128.load(row, 64), v128.load(row, 80),
      );
    }
    const shift = v128.load(bias + k * F32);
    for (let p: usize = 0; p < rows; p++) {
      for (let q: usize = 0; q < columns; q++) {
        const corner = scratch + 2 * p * 96 + 2 * q * 16;
        const v0 = v128.load(corner);
        const v1 = v128.load(corner, 16);
        const v2 = v128.load(corner, 96);
        const v3 = v128.load(corner, 112);
        const top = f32x4.max(v0, v1);
        const bottom = f32x4.max(v2, v3);
        const value = f32x4.max(f32x4.add(f32x4.max(top, bottom), shift), zero);
        // A comparison that holds gives −1, so its negative is 0 or 1.
        const first = i32x4.neg(f32x4.gt(v1, v0));
        const second = i32x4.sub(i32x4.splat(2), f32x4.gt(v3, v2));
        const index = v128.bitselect(second, first, f32x4.gt(bottom, top));
        const words = i16x8.narrow_i32x4_s(index, index);
        const bytes = i8x16.narrow_i16x8_u(words, words);
        const at = (p * Q + q) * K + k;
        if (K - k >= 4) {
          v128.store(y + at * F32, value);
          v128.store32_lane(winner + at, bytes, 0);
        } else {
          const spare = scratch + 4 * 96;
          v128.store(spare, value);
          v128.store(spare, bytes, 16);
          copyRows(y + at * F32, 0, spare, 0, 1, K - k);
          memory.copy(winner + at, spare + 16, K - k);
        }
      }
    }
  }
}

/** Four values Aᵀ · (m0 … m5), `strideBytes` apart. */
// @ts-ignore: decorator
@inline
function outputTransform(
  to: usize, strideBytes: usize,
  m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, m5: v128,
): void {
  const a = f32x4.add(m1, m2);
  const b = f32x4.sub(m1, m2);
  const c = f32x4.add(m3, m4);
  const d = f32x4.sub(m3, m4);
  v128.store(to, f32x4.add(f32x4.add(m0, a), c));
  v128.store(to + strideBytes, madd(b, f32x4.splat(2), d));
  v128.store(to + 2 * strideBytes, madd(a, f32x4.splat(4), c));
  v128.store(to + 3 * strideBytes, f32x4.add(madd(b, f32x4.splat(8), d), m5));
}
