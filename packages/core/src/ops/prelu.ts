import { type Shape, sizeOf } from "../base/shape.js";
import { emitSumShards, shardGradient } from "./gradients.js";
import type { NodeOf, Op } from "./op.js";
import type { Weight } from "./weight.js";

/** `alpha` is a weight of x's shape, with a size of 1 along axes that share their slopes. */
export interface PreluNode extends NodeOf<"prelu"> {
  readonly alpha: Weight;
}

/** y = x where x > 0, else alpha · x. Backward: dx = dy there, else alpha · dy; dalpha = Σ x · dy where x is not above 0. */
export const prelu: Op<PreluNode> = {
  weights: ["alpha"],
  emit(e, { alpha }, x) {
    const y = e.value("output", x.shape);
    const sizes = { N: "samples", ...axesOf(x.shape, alpha.shape) } as const;
    e.call("preluForward", "forward", { y: y.data, x: x.data, alpha: alpha.data, ...sizes });
    return [
      y,
      (dy, dx) => {
        if (alpha.gradient) {
          const count = sizeOf(alpha.shape);
          const dalpha = shardGradient(e, "alpha gradient", count);
          e.call("preluGradient", "backward", { dalpha, dy, x: x.data, ...sizes });
          emitSumShards(e, alpha.gradient, dalpha, count);
        }
        if (dx) e.call("preluBackward", "backward", { dx, dy, x: x.data, alpha: alpha.data, ...sizes });
      },
    ];
  },
};

/** Up to three axes as H, W and C, and how far apart alpha's values lie along each. */
function axesOf(shape: Shape, alpha: Shape) {
  const three = (sizes: Shape) => [...[1, 1, 1].slice(sizes.length), ...sizes] as [number, number, number];
  const [H, W, C] = three(shape);
  const [A, B, K] = three(alpha);
  return { H, W, C, strideH: A > 1 ? B * K : 0, strideW: B > 1 ? K : 0, strideC: K > 1 ? 1 : 0 };
}
