import { sizeOf } from "../base/shape.js";
import type { NodeOf, Op } from "./op.js";

export interface UnitNormalizationNode extends NodeOf<"unitNormalization"> {
  /** L: how many consecutive values of a sample are divided by their length. */
  readonly length: number;
  /** The smallest length that is divided by. */
  readonly epsilon: number;
}

/** y = x / √Σx² of each row of a sample: x y [rows, L]. Backward: dx = (dy − y · Σ dy · y) / √Σx². */
export const unitNormalization: Op<UnitNormalizationNode> = {
  emit(e, { length: L, epsilon }, x) {
    const rows = sizeOf(x.shape) / L;
    const y = e.value("output", x.shape);
    const inverse = e.value("inverse lengths", [rows]).data;
    const sizes = { inverse, N: "samples", rows, L, limit: 1 / epsilon } as const;
    e.call("unitNormalization", "forward", { y: y.data, x: x.data, ...sizes });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call("unitNormalizationBackward", "backward", { dx, dy, y: y.data, ...sizes });
      },
    ];
  },
};
