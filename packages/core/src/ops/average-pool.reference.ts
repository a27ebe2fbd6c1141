import type { Pool2DGeometry } from "./max-pool.js";

/** The plain twin: y [N, P, Q, C]. */
export function averagePoolReference(g: Pool2DGeometry, N: number, x: ArrayLike<number>): Float64Array {
  const y = new Float64Array(N * g.P * g.Q * g.C);
  eachWindow(g, N, (output, inputs) => {
    for (const input of inputs) y[output]! += x[input]! / inputs.length;
  });
  return y;
}

/** The plain twin of the gradient: dx [N, H, W, C]. */
export function averagePoolBackwardReference(
  g: Pool2DGeometry,
  N: number,
  dy: ArrayLike<number>,
): Float64Array {
  const dx = new Float64Array(N * g.H * g.W * g.C);
  eachWindow(g, N, (output, inputs) => {
    for (const input of inputs) dx[input]! += dy[output]! / inputs.length;
  });
  return dx;
}

/** Visits each output with the inputs of its window. */
function eachWindow(g: Pool2DGeometry, N: number, visit: (output: number, inputs: number[]) => void): void {
  let output = 0;
  for (let n = 0; n < N; n++) {
    for (let p = 0; p < g.P; p++) {
      for (let q = 0; q < g.Q; q++) {
        for (let c = 0; c < g.C; c++, output++) {
          const inputs: number[] = [];
          for (let r = 0; r < g.poolH; r++) {
            for (let s = 0; s < g.poolW; s++) {
              const h = p * g.strideH + r - g.top;
              const w = q * g.strideW + s - g.left;
              if (h < 0 || h >= g.H || w < 0 || w >= g.W) continue;
              inputs.push(((n * g.H + h) * g.W + w) * g.C + c);
            }
          }
          visit(output, inputs);
        }
      }
    }
  }
}
