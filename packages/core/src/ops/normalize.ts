import { sizeOf } from "../base/shape.js";
import type { Backward, Emitter, Parameter, Value } from "./emitter.js";

/**
 * y = (x − mean) / deviation, each of one element, or of one for each place of the last axis: x y of one shape.
 * Backward: dx = dy / deviation.
 */
export function emitNormalize(
  e: Emitter,
  { mean, deviation }: { readonly mean: Parameter; readonly deviation: Parameter },
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

/** The plain twin. */
export function normalizeReference(
  mean: ArrayLike<number>,
  deviation: ArrayLike<number>,
  x: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(
    x,
    (value, i) => (value - mean[i % mean.length]!) / deviation[i % deviation.length]!,
  );
}
