// Weights in blocks of eight columns, as a tile reads them: without gaps, where rows of many columns would lie a
// power of two apart and push each other out of the cache.
import { F32 } from "./simd";

/** Rows that are packed at a time: so many cache lines stay at hand while the blocks pass over them. */
const ROWS: usize = 16;

/**
 * wp[j / 8][i][j % 8] = w[i,j] for columns `first` … `last`−1 (`first` a multiple of 8): w [rows, columns]. Past the
 * last column stands whatever follows in memory; w is read up to 28 bytes past its end.
 */
export function packKernel(wp: usize, w: usize, rows: usize, columns: usize, first: usize, last: usize): void {
  for (let row: usize = 0; row < rows; row += ROWS) {
    const end = min(row + ROWS, rows);
    for (let j = first; j < last; j += 8) {
      for (let i = row; i < end; i++) {
        const from = w + (i * columns + j) * F32;
        const to = wp + (j * rows + i * 8) * F32;
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
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

/** to[j][0..8] = from[0..8][j]: `rows` ≤ 8 rows of `columns`, the others zero. */
export function packRows(to: usize, from: usize, rows: usize, columns: usize): void {
  const rowBytes = columns * F32;
  for (let j: usize = 0; j < columns; j++, to += 32, from += F32) {
    for (let i: usize = 0; i < 8; i++) {
      store<f32>(to + i * F32, i < rows ? load<f32>(from + i * rowBytes) : 0);
    }
  }
}
