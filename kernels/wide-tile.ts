// A tile of twelve columns, for sums into nine to twelve such as ten classes, where a tile of eight would pass twice.
import { F32, madd } from "./simd";

/** Columns of a `wideTile`. */
export const WIDE_COLUMNS: usize = 12;

/**
 * A tile of four rows by twelve columns:
 *
 *     out[j][0..12] = init[0..12] + Σ_t x_j[t] · w[t][0..12]      j = 0..3, t = 0..length
 *
 * The rows of `out` lie 48 bytes apart. Each w is loaded again for each row: with twelve accumulators there is no
 * register left to hold it.
 */
export function wideTile(
  out: usize, init: usize,
  x0: usize, x1: usize, x2: usize, x3: usize,
  w: usize,
  length: usize, xStepBytes: usize, wStepBytes: usize,
): void {
  let a0 = v128.load(init);
  let b0 = v128.load(init, 16);
  let c0 = v128.load(init, 32);
  let a1 = v128.load(init);
  let b1 = v128.load(init, 16);
  let c1 = v128.load(init, 32);
  let a2 = v128.load(init);
  let b2 = v128.load(init, 16);
  let c2 = v128.load(init, 32);
  let a3 = v128.load(init);
  let b3 = v128.load(init, 16);
  let c3 = v128.load(init, 32);
  for (let t: usize = 0; t < length; t++, w += wStepBytes) {
    let x = v128.load32_splat(x0);
    x0 += xStepBytes;
    a0 = madd(a0, x, v128.load(w));
    b0 = madd(b0, x, v128.load(w, 16));
    c0 = madd(c0, x, v128.load(w, 32));
    x = v128.load32_splat(x1);
    x1 += xStepBytes;
    a1 = madd(a1, x, v128.load(w));
    b1 = madd(b1, x, v128.load(w, 16));
    c1 = madd(c1, x, v128.load(w, 32));
    x = v128.load32_splat(x2);
    x2 += xStepBytes;
    a2 = madd(a2, x, v128.load(w));
    b2 = madd(b2, x, v128.load(w, 16));
    c2 = madd(c2, x, v128.load(w, 32));
    x = v128.load32_splat(x3);
    x3 += xStepBytes;
    a3 = madd(a3, x, v128.load(w));
    b3 = madd(b3, x, v128.load(w, 16));
    c3 = madd(c3, x, v128.load(w, 32));
  }
  v128.store(out, a0, 0);
  v128.store(out, b0, 16);
  v128.store(out, c0, 32);
  v128.store(out, a1, 48);
  v128.store(out, b1, 64);
  v128.store(out, c1, 80);
  v128.store(out, a2, 96);
  v128.store(out, b2, 112);
  v128.store(out, c2, 128);
  v128.store(out, a3, 144);
  v128.store(out, b3, 160);
  v128.store(out, c3, 176);
}
