import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Value } from "./emitter.js";
import type { NodeOf, Op, WithParameters } from "./op.js";
import type { Weight } from "./weight.js";

export interface NormalizeNode extends NodeOf<"normalize"> {
  readonly mean: Weight;
  readonly deviation: Weight;
}

/**
 * y = (x − mean) / deviation, each of one element, or of one for each place of the last axis: x y of one shape.
 * Backward: dx = dy / deviation.
 */
function emitNormalize(
  e: Emitter,
  { mean, deviation }: WithParameters<NormalizeNode>,
  x: Value,
): [Value, Backward] {
  const C = sizeOf(mean.shape);
  const sizes = { deviation: deviation.data, N: "samples", rows: sizeOf(x.shape) / C, C } as const;
  const y = e.value("output", x.shape);
  e.call("normalize", "forward", { y: y.data, x: x.data, mean: mean.data, ...sizes });
  return [
    y,
    (dy, dx) => {
      if (dx) e.call("normalizeBackward", "backward", { dx, dy, ...sizes });
    },
  ];
}

export const normalize: Op<NormalizeNode> = { emit: emitNormalize, weights: ["mean", "deviation"] };
