// Weights packed in blocks of eight columns without gaps, as a tile reads them. Unpacked rows may be a power of two
// apart and push each other out of the cache.
import { F32 } from "./simd";

/** Rows that are packed at a time: rows a power of two apart share few places of the cache, which hold eight. */
const ROWS: usize = 8;

/**
 * wp[j / 8][i][j % 8] = w[i,j] for rows `first` … `last`−1: w [rows, columns]. Past the last column comes whatever
 * follows in memory; w is read up to 28 bytes past its end.
 */
export function packKernel(wp: usize, w: usize, rows: usize, columns: usize, first: usize, last: usize): void {
  for (let row = first; row < last; row += ROWS) {
    const end = min(row + ROWS, last);
    for (let j: usize = 0; j < columns; j += 8) {
      let from = w + (row * columns + j) * F32;
      let to = wp + (j * rows + row * 8) * F32;
      for (let i = row; i < end; i++, from += columns * F32, to += 32) {
        const a = v128.load(from);
        const b = v128.load(from, 16);
        v128.store(to, a);
        v128.store(to, b, 16);
      }
    }
  }
}

/** wp[i / 8][j][i % 8] = w[i,j] for rows `first` … `last`−1 (`first` a multiple of 8), zero past the last one. */
export function packTransposed(wp: usize, w: usize, rows: usize, columns: usize, first: usize, last: usize): void {
  for (let i = first; i < last; i += 8) {
    packRows(wp + i * columns * F32, w + i * columns * F32, min<usize>(8, rows - i), columns);
  }
}

/** to[j][0..8] = from[0..8][j]: `rows` ≤ 8 rows of `columns`, the rest zero. */
export function packRows(to: usize, from: usize, rows: usize, columns: usize): void {
  const rowBytes = columns * F32;
  let j: usize = 0;
  if (rows == 8) {
    for (; j + 4 <= columns; j += 4, to += 128, from += 4 * F32) {
      transpose4(to, from, rowBytes);
      transpose4(to + 16, from + 4 * rowBytes, rowBytes);
    }
  }
  for (; j < columns; j++, to += 32, from += F32) {
    for (let i: usize = 0; i < 8; i++) {
      store<f32>(to + i * F32, i < rows ? load<f32>(from + i * rowBytes) : 0);
    }
  }
}

/** to[j][0..4] = from[0..4][j] for four columns j; the rows of `to` are 32 bytes apart. */
// @ts-ignore: decorator
@inline
function transpose4(to: usize, from: usize, rowBytes: usize): void {
  const r0 = v128.load(from);
  const r1 = v128.load(from + rowBytes);
  const r2 = v128.load(from + 2 * rowBytes);
  const r3 = v128.load(from + 3 * rowBytes);
  const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
  const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}
