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
