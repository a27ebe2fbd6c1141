import type { Conv2DGeometry } from "./conv2d-geometry.js";

type Numbers = ArrayLike<number>;

/**
 * The plain twin, in f64, of grouped and of depthwise convolutions (as many groups as input channels): y [N, P, Q, K]
 * from x [N, H, W, C], w [R, S, C/G, K] and b [K].
 */
export function groupedConv2DReference(
  [g, groups]: readonly [Conv2DGeometry, number],
  N: number,
  x: Numbers,
  w: Numbers,
  b?: Numbers,
): Float64Array {
  const y = new Float64Array(N * g.P * g.Q * g.K);
  eachProduct(g, groups, N, (xAt, wAt, yAt) => {
    y[yAt]! += x[xAt]! * w[wAt]!;
  });
  if (b) for (let i = 0; i < y.length; i++) y[i]! += b[i % g.K]!;
  return y;
}

/** The gradients of groupedConv2DReference: dx = Σ dy · w, dw = Σ dy · x, db = Σ dy. */
export function groupedConv2DBackwardReference(
  [g, groups]: readonly [Conv2DGeometry, number],
  N: number,
  x: Numbers,
  w: Numbers,
  dy: Numbers,
) {
  const dx = new Float64Array(N * g.H * g.W * g.C);
  const dw = new Float64Array((g.R * g.S * g.C * g.K) / groups);
  const db = new Float64Array(g.K);
  eachProduct(g, groups, N, (xAt, wAt, yAt) => {
    dx[xAt]! += dy[yAt]! * w[wAt]!;
    dw[wAt]! += dy[yAt]! * x[xAt]!;
  });
  for (let i = 0; i < dy.length; i++) db[i % g.K]! += dy[i]!;
  return { dx, dw, db };
}

/** Visits every product x · w with the output that it goes to. */
function eachProduct(
  g: Conv2DGeometry,
  groups: number,
  N: number,
  visit: (x: number, w: number, y: number) => void,
): void {
  const [c, k] = [g.C / groups, g.K / groups];
  for (let output = 0; output < N * g.P * g.Q * g.K; output++) {
    const filter = output % g.K;
    const q = Math.floor(output / g.K) % g.Q;
    const p = Math.floor(output / (g.K * g.Q)) % g.P;
    const n = Math.floor(output / (g.K * g.Q * g.P));
    for (let tap = 0; tap < g.R * g.S * c; tap++) {
      const channel = Math.floor(filter / k) * c + (tap % c);
      const h = p * g.strideH + Math.floor(tap / (c * g.S)) * g.dilationH - g.top;
      const v = q * g.strideW + (Math.floor(tap / c) % g.S) * g.dilationW - g.left;
      if (h < 0 || h >= g.H || v < 0 || v >= g.W) continue;
      visit(((n * g.H + h) * g.W + v) * g.C + channel, tap * g.K + filter, output);
    }
  }
}
