import type { Shape } from "../base/shape.js";

interface Statistics {
  readonly shape: Shape;
  /** The axes of a sample with statistics of their own, in order. */
  readonly kept: readonly number[];
  readonly mean: ArrayLike<number>;
  readonly variance: ArrayLike<number>;
  readonly epsilon: number;
  readonly invert: boolean;
}

/** The plain twin. */
export function normalizeReference(statistics: Statistics, x: ArrayLike<number>): Float64Array {
  const { shape, kept, mean, variance, epsilon, invert } = statistics;
  return Float64Array.from(x, (value, index) => {
    const places: number[] = [];
    let rest = index;
    for (const size of shape.toReversed()) {
      places.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    const at = kept.reduce((place, axis) => place * shape[axis]! + places[axis]!, 0);
    const deviation = Math.max(epsilon, Math.sqrt(variance[at]!));
    return invert ? value * deviation + mean[at]! : (value - mean[at]!) / deviation;
  });
}
