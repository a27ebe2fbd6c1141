// Multi-head attention. Letters: E heads, T queries, S keys, D numbers of a head. Values of tokens are [N, T, E, D] or
// [N, S, E, D], scores [N, E, T, S].
import { F32, madd } from "./simd";

/** scores[n,e,t,s] = scale · Σ_d q[n,t,e,d] · k[n,s,e,d]. */
export function attentionScores(
  scores: usize, q: usize, k: usize, N: usize, E: usize, T: usize, S: usize, D: usize, scale: f32,
): void {
  const headBytes = D * F32;
  const tokenBytes = E * headBytes;
  for (let n: usize = 0; n < N; n++, q += T * tokenBytes, k += S * tokenBytes) {
    for (let e: usize = 0; e < E; e++) {
      for (let t: usize = 0; t < T; t++) {
        const query = q + t * tokenBytes + e * headBytes;
        let key = k + e * headBytes;
        for (let s: usize = 0; s < S; s++, key += tokenBytes, scores += F32) {
          store<f32>(scores, scale * dot(query, key, headBytes));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dot(a: usize, b: usize, bytes: usize): f32 {
  let sums = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) sums = madd(sums, v128.load(a + i), v128.load(b + i));
  let rest: f32 = 0;
  for (; i < bytes; i += F32) rest += load<f32>(a + i) * load<f32>(b + i);
  const first = f32x4.extract_lane(sums, 0) + f32x4.extract_lane(sums, 1);
  return first + (f32x4.extract_lane(sums, 2) + f32x4.extract_lane(sums, 3)) + rest;
}

/**
 * y[n,i,e,d] = scale · Σ_j p[n,e,i,j] · v[n,j,e,d], j ascending: y [N, I, E, D], v [N, J, E, D], and p of I·J numbers a head,
 * `strideI` and `strideJ` apart: the scores with I queries and J keys, or transposed.
 */
export function attentionMix(
  y: usize, p: usize, v: usize,
  N: usize, E: usize, I: usize, J: usize, D: usize, strideI: usize, strideJ: usize, scale: f32,
): void {
  const headBytes = D * F32;
  const tokenBytes = E * headBytes;
  const factor = f32x4.splat(scale);
  for (let n: usize = 0; n < N; n++, p += E * I * J * F32, v += J * tokenBytes) {
    for (let i: usize = 0; i < I; i++) {
      for (let e: usize = 0; e < E; e++) {
        const shares = p + (e * I * J + i * strideI) * F32;
        const from = v + e * headBytes;
        let d: usize = 0;
        for (; d + 16 <= headBytes; d += 16, y += 16) {
          let sums = f32x4.splat(0);
          for (let j: usize = 0; j < J; j++) {
            sums = madd(sums, v128.load32_splat(shares + j * strideJ * F32), v128.load(from + j * tokenBytes + d));
          }
          v128.store(y, f32x4.mul(sums, factor));
        }
        for (; d < headBytes; d += F32, y += F32) {
          let sum: f32 = 0;
          for (let j: usize = 0; j < J; j++) {
            sum += load<f32>(shares + j * strideJ * F32) * load<f32>(from + j * tokenBytes + d);
          }
          store<f32>(y, sum * scale);
        }
      }
    }
  }
}
