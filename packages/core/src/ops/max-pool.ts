import type { Shape } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import { imageShape, type Padding, windowAxis } from "./window.js";

/** A pooling's sizes. Letters: H W input, P Q output rows and columns; C channels. */
export interface Pool2DGeometry {
  readonly H: number;
  readonly W: number;
  readonly C: number;
  readonly P: number;
  readonly Q: number;
  readonly poolH: number;
  readonly poolW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly top: number;
  readonly left: number;
}

export interface Pool2DOptions {
  readonly who: string;
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** Checks a pooling of an input `[H, W, C]` and gives its sizes. */
export function pool2dGeometry(input: Shape, options: Pool2DOptions): Pool2DGeometry {
  const { who, poolSize, strides, padding } = options;
  const [H, W, C] = imageShape(who, input);
  const [poolH, poolW] = poolSize;
  const [strideH, strideW] = strides;
  const rows = windowAxis({ who, axis: "height", input: H, window: poolH, stride: strideH, padding });
  const columns = windowAxis({ who, axis: "width", input: W, window: poolW, stride: strideW, padding });
  return {
    H,
    W,
    C,
    P: rows.output,
    Q: columns.output,
    poolH,
    poolW,
    strideH,
    strideW,
    top: rows.before,
    left: columns.before,
  };
}

/** y = the largest of each window, padding left out: x [H, W, C] → y [P, Q, C]. */
export function emitMaxPool(e: Emitter, g: Pool2DGeometry, x: Value): [Value, Backward] {
  const { H, W, C, P, Q, poolH, poolW, strideH, strideW, top, left } = g;
  const y = e.value("output", [P, Q, C]);
  const winner = e.program.sampleBuffer(`${e.owner} winners`, [P, Q, C]);
  const sizes = { N: "samples", H, W, C, P, Q } as const;
  const window = { poolH, poolW, strideH, strideW, top, left };
  e.call("maxPoolForward", "forward", { y: y.data, winner, x: x.data, ...sizes, ...window });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("maxPoolBackward", "backward", { dx, dy, winner, ...sizes });
    },
  ];
}

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
