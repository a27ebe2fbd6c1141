import type { Backward, Emitter, Value } from "./emitter.js";
import type { Pool2DGeometry } from "./max-pool.js";
import type { NodeOf, Op } from "./op.js";

export interface AveragePoolNode extends NodeOf<"averagePool"> {
  readonly geometry: Pool2DGeometry;
}

/** y = the mean of each window, ignoring the padding: x [H, W, C] → y [P, Q, C]. */
function emitAveragePool(e: Emitter, g: Pool2DGeometry, x: Value): [Value, Backward] {
  const { H, W, C, P, Q, poolH, poolW, strideH, strideW, top, left } = g;
  const y = e.value("output", [P, Q, C]);
  const sizes = { N: "samples", H, W, C, P, Q, poolH, poolW, strideH, strideW, top, left } as const;
  e.call("averagePoolForward", "forward", { y: y.data, x: x.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("averagePoolBackward", "backward", { dx, dy, ...sizes });
    },
  ];
}

export const averagePool: Op<AveragePoolNode> = {
  emit: (e, { geometry }, x) => emitAveragePool(e, geometry, x),
};
