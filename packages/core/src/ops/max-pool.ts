import type { Shape } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op } from "./op.js";
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

interface Pool2DOptions {
  readonly who: string;
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/** Checks a pooling of an input `[H, W, C]` and returns its sizes. */
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

export interface MaxPoolNode extends NodeOf<"maxPool"> {
  readonly geometry: Pool2DGeometry;
}

/** y = the largest of each window, ignoring the padding: x [H, W, C] → y [P, Q, C]. */
function emitMaxPool(e: Emitter, g: Pool2DGeometry, x: Value): [Value, Backward] {
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

export const maxPool: Op<MaxPoolNode> = { emit: (e, { geometry }, x) => emitMaxPool(e, geometry, x) };
