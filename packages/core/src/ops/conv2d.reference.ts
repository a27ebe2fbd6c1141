import type { Conv2DGeometry } from "./conv2d-geometry.js";

/** What the reference twins compute on: any array of numbers. */
type Numbers = ArrayLike<number>;

/**
 * The plain twin of the kernels, in f64: y [N, P, Q, K] from x [N, H, W, C], w [R, S, C, K] and b [K], with the
 * padding done on the fly.
 */
export function conv2dReference(
  g: Conv2DGeometry,
  N: number,
  x: Numbers,
  w: Numbers,
  b?: Numbers,
): Float64Array {
  const y = new Float64Array(N * g.P * g.Q * g.K);
  eachProduct(g, N, (xAt, wAt, yAt) => {
    y[yAt]! += x[xAt]! * w[wAt]!;
  });
  if (b) for (let i = 0; i < y.length; i++) y[i]! += b[i % g.K]!;
  return y;
}

/** The gradients of conv2dReference: dx = Σ dy · w, dw = Σ dy · x, db = Σ dy. */
export function conv2dBackwardReference(g: Conv2DGeometry, N: number, x: Numbers, w: Numbers, dy: Numbers) {
  const dx = new Float64Array(N * g.H * g.W * g.C);
  const dw = new Float64Array(g.R * g.S * g.C * g.K);
  const db = new Float64Array(g.K);
  eachProduct(g, N, (xAt, wAt, yAt) => {
    dx[xAt]! += dy[yAt]! * w[wAt]!;
    dw[wAt]! += dy[yAt]! * x[xAt]!;
  });
  for (let i = 0; i < dy.length; i++) db[i % g.K]! += dy[i]!;
  return { dx, dw, db };
}

/** Visits every product x · w of a convolution with the output that it goes to. */
function eachProduct(g: Conv2DGeometry, N: number, visit: (x: number, w: number, y: number) => void): void {
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < g.P; p++) {
      for (let q = 0; q < g.Q; q++) {
        for (let r = 0; r < g.R; r++) {
          for (let s = 0; s < g.S; s++) {
            const h = p * g.strideH + r * g.dilationH - g.top;
            const v = q * g.strideW + s * g.dilationW - g.left;
            if (h < 0 || h >= g.H || v < 0 || v >= g.W) continue;
            for (let c = 0; c < g.C; c++) {
              const xAt = ((n * g.H + h) * g.W + v) * g.C + c;
              for (let k = 0; k < g.K; k++) {
                visit(xAt, ((r * g.S + s) * g.C + c) * g.K + k, ((n * g.P + p) * g.Q + q) * g.K + k);
              }
            }
          }
        }
      }
    }
  }
}
