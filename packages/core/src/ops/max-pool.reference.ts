import type { Pool2DGeometry } from "./max-pool.js";

/** The plain twin: y [N, P, Q, C], and where in x each largest stands. */
export function maxPoolReference(g: Pool2DGeometry, N: number, x: ArrayLike<number>) {
  const y = new Float64Array(N * g.P * g.Q * g.C);
  const from = new Int32Array(y.length);
  let at = 0;
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < g.P; p++) {
      for (let q = 0; q < g.Q; q++) {
        for (let c = 0; c < g.C; c++, at++) {
          let best = Number.NEGATIVE_INFINITY;
          for (let r = 0; r < g.poolH; r++) {
            for (let s = 0; s < g.poolW; s++) {
              const h = p * g.strideH + r - g.top;
              const w = q * g.strideW + s - g.left;
              if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
              const index = ((n * g.H + h) * g.W + w) * g.C + c;
              if (x[index]! > best) {
                best = x[index]!;
                from[at] = index;
              }
            }
          }
          y[at] = best;
        }
      }
    }
  }
  return { y, from };
}
