import { sizeOf } from "../base/shape.js";
import type { NodeOf, Op } from "./op.js";

export interface RectifyNode extends NodeOf<"rectify"> {
  readonly slope: number;
  readonly threshold: number;
  readonly maximum: number;
}

/** y = min(x, maximum) where x > threshold, else slope · (x − threshold). Backward: dx = dy · that slope. */
export const rectify: Op<RectifyNode> = {
  emit(e, { slope, threshold, maximum }, x) {
    const y = e.value("output", x.shape);
    const rest = { x: x.data, N: "samples", count: sizeOf(x.shape), slope, threshold, maximum } as const;
    e.call("rectifyForward", "forward", { y: y.data, ...rest });
    return [
      y,
      (dy, dx) => {
        if (dx) e.call("rectifyBackward", "backward", { dx, dy, ...rest });
      },
    ];
  },
};
