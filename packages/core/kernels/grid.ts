// Tiles over a whole output.
import { productTile, tile, wideTile } from "./tile";
import { TILE_COLUMNS, WIDE } from "./width";
import { copyFloats, F32 } from "./simd";

/** Pixels whose inputs stay in cache while every block of eight columns passes over them. */
const GRID_PIXELS: usize = 256;

/**
 * Tiles over a grid of P × Q pixels and K columns:
 *
 *     out[p,q,k] = max(low, init[k] + Σ_t x[p,q,t] · w[t,k])
 *
 * t runs as in `tile`. out and x advance by their `RowBytes` with p and by their `PixelBytes` with q; column k of w
 * is in block k / 8, `wBlockBytes` apart. `scratch` holds one tile. init and w are read to whole blocks of eight.
 * Where a pixel takes its own packed channels alone, and no gaps lie between them, this is a product of matrices.
 */
export function tileGrid(
  out: usize, outRowBytes: usize, outPixelBytes: usize,
  init: usize,
  x: usize, xRowBytes: usize, xPixelBytes: usize,
  w: usize, wStepBytes: usize, wBlockBytes: usize,
  scratch: usize,
  P: usize, Q: usize, K: usize,
  rows: usize, rowBytes: usize,
  segments: usize, segmentBytes: usize,
  length: usize,
  low: f32,
): void {
  const pixels = P * Q;
  const isOneRow = outRowBytes == Q * outPixelBytes;
  const isPlain = rows == 1 && segments == 1 && xPixelBytes == length * F32 && (P == 1 || xRowBytes == Q * xPixelBytes);
  if (isPlain && isOneRow && outPixelBytes == K * F32 && wStepBytes == 32) {
    productGrid(out, init, x, w, scratch, pixels, K, length, low);
    return;
  }
  for (let first: usize = 0; first < pixels; first += GRID_PIXELS) {
    const last = min<usize>(first + GRID_PIXELS, pixels);
    for (let k: usize = 0, columns: usize = 0; k < K; k += columns) {
      columns = tileColumns(K - k);
      const weights = w + (k >> 3) * wBlockBytes;
      let p = first / Q;
      let q = first % Q;
      for (let i = first; i < last; i += 4) {
        const count: usize = min<usize>(4, last - i);
        const isWithinRow = q + 4 <= Q;
        const x0 = x + p * xRowBytes + q * xPixelBytes;
        let x1 = x0 + xPixelBytes;
        let x2 = x1 + xPixelBytes;
        let x3 = x2 + xPixelBytes;
        if (!isWithinRow) {
          // Continue in the next rows; past the last pixel, that one is computed again and dropped.
          x1 = x + pixelOffset(min<usize>(i + 1, last - 1), Q, xRowBytes, xPixelBytes);
          x2 = x + pixelOffset(min<usize>(i + 2, last - 1), Q, xRowBytes, xPixelBytes);
          x3 = x + pixelOffset(min<usize>(i + 3, last - 1), Q, xRowBytes, xPixelBytes);
        }
        const target = out + p * outRowBytes + q * outPixelBytes + k * F32;
        const isWhole = count == 4 && columns % 8 == 0 && (isOneRow || isWithinRow);
        const tileBytes = isWhole ? outPixelBytes : TILE_COLUMNS * F32;
        if (WIDE && columns == 16) {
          wideTile(
            isWhole ? target : scratch, tileBytes,
            init + k * F32, 0,
            x0, x1, x2, x3,
            weights, wBlockBytes,
            rows, rowBytes, segments, segmentBytes,
            length, wStepBytes, 0,
            low,
          );
        } else {
          tile(
            isWhole ? target : scratch, tileBytes,
            init + k * F32, 0,
            x0, x1, x2, x3,
            weights,
            rows, rowBytes, segments, segmentBytes,
            length, wStepBytes, 0,
            low,
          );
        }
        if (!isWhole) {
          for (let j: usize = 0; j < count; j++) {
            const at = out + pixelOffset(i + j, Q, outRowBytes, outPixelBytes) + k * F32;
            copyFloats(at, scratch + j * tileBytes, columns);
          }
        }
        for (q += 4; q >= Q; q -= Q) p++;
      }
    }
  }
}

/** The columns of the next tile, of `left`: sixteen in a wide build, eight, or the last few. */
// @ts-ignore: decorator
@inline
export function tileColumns(left: usize): usize {
  return left >= TILE_COLUMNS ? TILE_COLUMNS : min<usize>(8, left);
}

/** The offset of pixel i of a grid Q pixels wide, in bytes. */
// @ts-ignore: decorator
@inline
function pixelOffset(i: usize, Q: usize, rowBytes: usize, pixelBytes: usize): usize {
  return (i / Q) * rowBytes + (i % Q) * pixelBytes;
}

/** to[j][0..columns] = from[j][0..columns] for j < rows: moves the valid part of a tile at an edge. */
export function copyRows(
  to: usize, toStrideBytes: usize,
  from: usize, fromStrideBytes: usize,
  rows: usize, columns: usize,
): void {
  for (let row: usize = 0; row < rows; row++) {
    copyFloats(to + row * toStrideBytes, from + row * fromStrideBytes, columns);
  }
}

/**
 * A product of matrices:
 *
 *     out[i,k] = max(low, init[k] + Σ_t x[i,t] · w[t,k])      i < rows, t < length, k < K
 *
 * x [rows, length], out [rows, K], w [length, K] packed by packKernel. `scratch` holds one tile. init [K] is read to whole
 * blocks of eight; if it is 0, sums start at zero.
 */
export function productGrid(
  out: usize, init: usize, x: usize, w: usize,
  scratch: usize,
  rows: usize, K: usize, length: usize,
  low: f32,
): void {
  const outBytes = K * F32;
  const xBytes = length * F32;
  const floor = f32x4.splat(low);
  for (let first: usize = 0; first < rows; first += GRID_PIXELS) {
    const last = min<usize>(first + GRID_PIXELS, rows);
    for (let k: usize = 0, columns: usize = 0; k < K; k += columns) {
      columns = tileColumns(K - k);
      // The engine leaves the first bytes of memory alone: they are zeros.
      const start = init ? init + k * F32 : 0;
      const weights = w + k * xBytes;
      for (let i = first; i < last; i += 4) {
        const count: usize = min<usize>(4, last - i);
        const target = out + i * outBytes + k * F32;
        const isWhole = count == 4 && columns % 8 == 0;
        const to = isWhole ? target : scratch;
        const toBytes = isWhole ? outBytes : TILE_COLUMNS * F32;
        // Past the last row, that one is computed again and dropped.
        const x0 = x + i * xBytes;
        const x1 = x0 + min<usize>(1, count - 1) * xBytes;
        const x2 = x0 + min<usize>(2, count - 1) * xBytes;
        const x3 = x0 + (count - 1) * xBytes;
        if (WIDE && columns == 16) productTile(to, toBytes, start, x0, x1, x2, x3, weights, 8 * xBytes, length, true, floor, true);
        else productTile(to, toBytes, start, x0, x1, x2, x3, weights, 0, length, true, floor, false);
        if (!isWhole) copyRows(target, outBytes, to, toBytes, count, columns);
      }
    }
  }
}
